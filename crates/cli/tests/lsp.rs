//! `covered lsp` over its protocol: the program is started, and spoken to as an editor does.

use std::io::{BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

struct Editor {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    requests: u64,
}

const URI: &str = "file:///policy.cov";

impl Editor {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_covered"))
            .arg("lsp")
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, input, output, requests: 0 }
    }

    fn initialized() -> Self {
        let mut editor = Self::start();
        let answer = editor.request("initialize", json!({ "processId": null, "rootUri": null, "capabilities": {} }));
        assert_eq!(answer["result"]["serverInfo"]["name"], "covered");
        assert_eq!(answer["result"]["capabilities"]["positionEncoding"], "utf-16");
        editor.notify("initialized", json!({}));
        editor
    }

    fn send(&mut self, message: &Value) {
        lsp::write_frame(&mut self.input, message.to_string().as_bytes()).expect("the server listens");
    }

    fn receive(&mut self) -> Value {
        let message = lsp::read_frame(&mut self.output).expect("a frame").expect("an answer");
        serde_json::from_slice(&message).expect("JSON")
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let answer = self.receive();
        assert_eq!(answer["id"], id, "{answer}");
        answer
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Opens a text and gives what is wrong with it.
    fn open(&mut self, text: &str) -> Vec<Value> {
        self.notify(
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": URI, "languageId": "covered", "version": 1, "text": text } }),
        );
        self.published()
    }

    fn published(&mut self) -> Vec<Value> {
        let message = self.receive();
        assert_eq!(message["method"], "textDocument/publishDiagnostics");
        assert_eq!(message["params"]["uri"], URI);
        message["params"]["diagnostics"].as_array().expect("a list").clone()
    }

    /// Asks about the place of a text just inside of `word`, after `before`.
    fn at(&mut self, method: &str, text: &str, before: &str, word: &str) -> Value {
        let position = position(text, before, word);
        self.request(method, json!({ "textDocument": { "uri": URI }, "position": position }))
    }

    fn leave(mut self) -> Option<i32> {
        assert_eq!(self.request("shutdown", Value::Null)["result"], Value::Null);
        self.notify("exit", Value::Null);
        self.child.wait().expect("it ends").code()
    }
}

fn position(text: &str, before: &str, word: &str) -> Value {
    let at = text.find(before).expect("it is there") + before.len();
    let at = at + text[at..].find(word).expect("it is there") + 1;
    let line = text[..at].matches('\n').count();
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": line, "character": text[start..at].encode_utf16().count() })
}

const POLICY: &str = "policy   \"test/migraine\"  \"Ä test \u{1F600}\"
rank     lcd
scope    class original-medicare; mac J5
for      64615 with J0585
dates    2026-02-15 ..
source   \"LCD\" mirror read 2026-11-23

covered when all
  dx:    diagnosis in botulinum/chronic-migraine  @ \"\u{1F600}\"
  days:  headache_days_per_month >= 15 days       @ \"II\"
  diary: document \"headache diary\"                @ \"II\"
  tried: trial(beta_blocker) >= 2 months          @ \"II\"
otherwise not covered

denies   50

examples
  \"typical\"  { dx G43.709, headache_days_per_month 18, document \"headache diary\" 1 day before, trial beta_blocker 3 months }  => covered
  \"less\"     \"typical\" but headache_days_per_month 14  => not covered: days
";

#[test]
fn a_session_from_hello_to_good_bye() {
    let mut editor = Editor::initialized();
    let found = editor.open(POLICY);
    assert!(found.iter().all(|found| found["severity"].as_u64() > Some(1)), "{found:?}");
    assert!(found.iter().any(|found| found["code"] == "W142"), "{found:?}");

    // Hover: a fact, a code, a list, a diagnosis, a document, a denial, a rank, and nothing between words.
    for (before, word, says) in [
        ("days:", "headache_days", "On how many days a month"),
        ("for ", "64615", "botulinum toxin injection"),
        ("dx:", "botulinum/chronic", "a list of"),
        ("dx G", "43.709", "a claim may carry it"),
        ("diary:", "headache diary", "Is a headache diary"),
        ("denies", "50", "medically necessary"),
        ("rank", "lcd", "local coverage determination"),
        ("mac", "J5", "Wisconsin Physicians Service"),
        ("tried:", "beta_blocker", "metoprolol"),
        ("source", "mirror", "copy elsewhere"),
    ] {
        let answer = editor.at("textDocument/hover", POLICY, before, word);
        let text = answer["result"]["contents"]["value"].as_str().unwrap_or_default();
        assert!(text.contains(says), "{word}: {answer}");
    }
    let nothing = editor.request(
        "textDocument/hover",
        json!({ "textDocument": { "uri": URI }, "position": { "line": 6, "character": 0 } }),
    );
    assert_eq!(nothing["result"], Value::Null);

    // Go to: a fact and a list in the library's files, a label and an example in this one.
    for (before, word, file) in [
        ("days:", "headache_days", "library/facts/"),
        ("dx:", "botulinum/chronic", "library/lists/botulinum.csv"),
        ("not covered: ", "days", URI),
        ("\"less\"", "typical", URI),
    ] {
        let answer = editor.at("textDocument/definition", POLICY, before, word);
        assert!(answer["result"]["uri"].as_str().unwrap_or_default().contains(file), "{word}: {answer}");
    }
    let label = editor.at("textDocument/definition", POLICY, "not covered: ", "days");
    assert_eq!(label["result"]["range"]["start"], json!({ "line": 9, "character": 2 }));

    // The outline has every label and example.
    let symbols = editor.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": URI } }));
    for name in ["covered", "dx", "days", "diary", "tried", "typical", "less"] {
        assert!(symbols.to_string().contains(&format!("\"name\":\"{name}\"")), "{name}: {symbols}");
    }

    // Layout: applied, it gives what `policy fmt` gives; nothing is left to do for what is laid out.
    let ragged = POLICY.replace("rank     lcd", "rank lcd");
    editor.open(&ragged);
    let mut layout =
        || editor.request("textDocument/formatting", json!({ "textDocument": { "uri": URI }, "options": {} }));
    let new = layout()["result"][0]["newText"].as_str().expect("an edit").to_owned();
    assert_eq!(policy::fmt::format(&ragged).as_deref(), Ok(new.as_str()));
    editor.open(&new);
    let again = editor.request("textDocument/formatting", json!({ "textDocument": { "uri": URI }, "options": {} }));
    assert_eq!(again["result"], json!([]));
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn mistakes_are_shown_where_they_are_and_mended() {
    let mut editor = Editor::initialized();
    // The wrong name stands behind two characters beyond the basic plane.
    let text = POLICY.replace(
        "  days:  headache_days_per_month >= 15 days       @ \"II\"",
        "  days:  headache_days_per_mont >= 15 days       @ \"\u{1F600}\u{1F600}\"",
    );
    let text = text.replace(
        "policy   \"test/migraine\"  \"Ä test \u{1F600}\"",
        "policy   \"test/migraine\"  \"\u{1F600}\u{1F600}\" rank",
    );
    let found = editor.open(&text);
    assert!(found.iter().any(|found| found["range"]["start"] == json!({ "line": 0, "character": 33 })), "{found:?}");

    let text = POLICY.replace("days:  headache_days_per_month", "days:  headache_days_per_mont");
    editor.notify(
        "textDocument/didChange",
        json!({ "textDocument": { "uri": URI, "version": 2 }, "contentChanges": [{ "text": text }] }),
    );
    let found = editor.published();
    let wrong = found.iter().find(|found| found["code"] == "E101").expect("an unknown fact");
    assert_eq!(
        wrong["range"],
        json!({ "start": { "line": 9, "character": 9 }, "end": { "line": 9, "character": 31 } })
    );
    let actions = editor.request(
        "textDocument/codeAction",
        json!({ "textDocument": { "uri": URI }, "range": wrong["range"], "context": { "diagnostics": [] } }),
    );
    let edit = &actions["result"][0]["edit"]["changes"][URI][0];
    assert_eq!((edit["newText"].as_str(), &edit["range"]), (Some("headache_days_per_month"), &wrong["range"]));

    // A missing example is added by one key, and then it is not missing.
    editor.notify(
        "textDocument/didChange",
        json!({ "textDocument": { "uri": URI, "version": 3 }, "contentChanges": [{ "text": POLICY }] }),
    );
    let found = editor.published();
    let missing = found.iter().find(|found| found["code"] == "W142").expect("a threshold without an example");
    let actions = editor.request(
        "textDocument/codeAction",
        json!({ "textDocument": { "uri": URI }, "range": missing["range"], "context": { "diagnostics": [] } }),
    );
    let edit = &actions["result"][0]["edit"]["changes"][URI][0];
    let text = format!("{POLICY}{}", edit["newText"].as_str().expect("a text"));
    editor.notify(
        "textDocument/didChange",
        json!({ "textDocument": { "uri": URI, "version": 4 }, "contentChanges": [{ "text": text }] }),
    );
    let after = editor.published();
    assert!(after.len() < found.len(), "{after:?}\n{text}");
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn names_are_completed() {
    let mut editor = Editor::initialized();
    let mut offered = |line: &str| {
        let text = format!("{POLICY}{line}");
        editor.open(&text);
        let end = json!({ "line": text.matches('\n').count(), "character": line.encode_utf16().count() });
        let answer =
            editor.request("textDocument/completion", json!({ "textDocument": { "uri": URI }, "position": end }));
        let items = answer["result"]["items"].as_array().expect("a list").clone();
        items.iter().map(|item| item["label"].as_str().expect("a label").to_owned()).collect::<Vec<String>>()
    };
    assert!(offered("  days: headache_d").contains(&"headache_days_per_month".to_owned()));
    assert!(offered("  x: diagnosis in botul").contains(&"botulinum/chronic-migraine".to_owned()));
    assert!(offered("  gap: since last 646").contains(&"64615".to_owned()));
    assert!(offered("rank ").contains(&"gate_lawful".to_owned()));
    assert!(offered("scope payer aet").contains(&"aetna".to_owned()));
    assert!(offered("for treatment bot").contains(&"botulinum-toxin".to_owned()));
    assert!(offered("  d: document \"").contains(&"headache diary".to_owned()));
    assert!(offered("  # headache_d").len() < 200 && offered("oth").contains(&"otherwise".to_owned()));
}

#[test]
fn whatever_an_editor_sends_the_session_goes_on() {
    let mut editor = Editor::start();
    let early = editor.request("textDocument/hover", json!({}));
    assert_eq!(early["error"]["code"], -32_002);
    lsp::write_frame(&mut editor.input, b"{ this is no JSON").expect("the server listens");
    assert_eq!(editor.receive()["error"]["code"], -32_700);
    lsp::write_frame(&mut editor.input, b"[]").expect("the server listens");
    assert_eq!(editor.receive()["error"]["code"], -32_600);
    editor.request("initialize", json!({}));
    assert_eq!(editor.request("workspace/unheardOf", json!({}))["error"]["code"], -32_601);
    for params in [
        json!(null),
        json!({}),
        json!({ "textDocument": { "uri": URI } }),
        json!({ "textDocument": 5, "position": [] }),
    ] {
        assert_eq!(editor.request("textDocument/hover", params)["error"]["code"], -32_602);
    }
    editor.open(POLICY);
    for position in [
        json!({ "line": 4_294_967_295_u64, "character": 18_446_744_073_709_551_615_u64 }),
        json!({ "line": 0, "character": 33 }),
        json!({ "line": 8, "character": 60 }),
    ] {
        for method in ["hover", "definition", "completion"] {
            let answer = editor.request(
                &format!("textDocument/{method}"),
                json!({ "textDocument": { "uri": URI }, "position": position }),
            );
            assert!(answer.get("error").is_none(), "{method} {position}: {answer}");
        }
    }
    // Too long a text is said, not read.
    let found = editor.open(&"x".repeat(lsp::DOCUMENT_BYTES_MAX + 1));
    assert_eq!(found[0]["code"], "P0001");
    assert_eq!(editor.leave(), Some(0));
}

/// After a frame that cannot be read nobody knows where the next one begins: the program says so and ends.
#[test]
fn a_broken_frame_ends_the_session() {
    for (frame, says) in [
        (&b"Content-Length: 99999999999999999999\r\n\r\n"[..], "does not say how long"),
        (b"Content-Length: 18446744073709551615\r\n\r\n{}", "too long"),
        (b"Content-Length: -1\r\n\r\n{}", "does not say how long"),
        (b"Content-Type: x\r\n\r\n{}", "does not say how long"),
        (b"Content-Length: 100\r\n\r\n{}", "after 2 of 100 bytes"),
        (b"Content-Length: 2", "not whole"),
    ] {
        let mut editor = Editor::start();
        editor.input.write_all(frame).expect("the server listens");
        drop(editor.input);
        let mut said = String::new();
        editor.child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
        assert!(said.contains(says) && said.contains("I0007"), "{said}");
        assert_eq!(editor.child.wait().expect("it ends").code(), Some(2));
    }
    // Leaving without a word is no mistake of the editor's that could be mended, but it is not orderly.
    let mut editor = Editor::start();
    drop(editor.input);
    assert_eq!(editor.child.wait().expect("it ends").code(), Some(1));
}
