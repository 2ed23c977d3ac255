"use strict";
// Starts `covered lsp` and lets the editor speak to it.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = function () {
  const [command, ...args] = workspace.getConfiguration("covered").get("command");
  const folder = workspace.workspaceFolders && workspace.workspaceFolders[0];
  const server = { command, args, options: folder ? { cwd: folder.uri.fsPath } : {} };
  client = new LanguageClient("covered", "Covered policies", server, {
    documentSelector: [{ scheme: "file", language: "covered" }],
  });
  return client.start();
};

exports.deactivate = function () {
  return client ? client.stop() : undefined;
};
