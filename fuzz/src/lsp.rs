//! What an editor may send to the language server.

use ::lsp::{DOCUMENT_BYTES_MAX, Lines, Position, Server, read_frame, write_frame};
use serde_json::{Value, json};

use crate::LIBRARY;

/// Most frames of one input that are answered: an answer may read a whole policy.
const FRAMES_MAX: usize = 12;

/// Reads the input as frames and answers each; and takes it as the text of a policy, and asks about places in it.
///
/// # Panics
/// If a step panics, if an answer is no JSON, if a frame is not read as it was written, or if a place of a text changes on the way to
/// an editor's count and back.
pub fn lsp(data: &[u8]) {
    let mut input = data;
    let mut server = Server::new(&LIBRARY, &|_| None);
    for _ in 0..FRAMES_MAX {
        let Ok(Some(message)) = read_frame(&mut input) else { break };
        answer(&mut server, &message);
    }

    let text = String::from_utf8_lossy(data);
    positions(&text);
    if text.len() > DOCUMENT_BYTES_MAX {
        return;
    }
    let uri = "file:///fuzz.cov";
    let mut server = Server::new(&LIBRARY, &|name| Some(format!("file:///{name}")));
    let mut say = |method: &str, id: Option<u64>, params: Value| {
        let mut message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        if let Some(id) = id {
            message["id"] = id.into();
        }
        answer(&mut server, message.to_string().as_bytes());
    };
    say("initialize", Some(1), json!({}));
    say("textDocument/didOpen", None, json!({ "textDocument": { "uri": uri, "text": text } }));
    // Two places that depend on the input.
    let (line, character) = (text.len() as u64 % 7, data.iter().map(|byte| u64::from(*byte)).sum::<u64>() % 90);
    let place = json!({ "line": line, "character": character });
    let at = json!({ "textDocument": { "uri": uri }, "position": place });
    for (id, method) in (2..).zip(["hover", "definition", "completion", "formatting", "documentSymbol"]) {
        say(&format!("textDocument/{method}"), Some(id), at.clone());
    }
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": place });
    say("textDocument/codeAction", Some(9), json!({ "textDocument": { "uri": uri }, "range": range }));
}

fn answer(server: &mut Server<'_>, message: &[u8]) {
    for answer in server.handle(message) {
        serde_json::from_str::<Value>(&answer).expect("an answer is JSON");
        let mut frame = Vec::new();
        write_frame(&mut frame, answer.as_bytes()).expect("a vector takes everything");
        // Longer answers are for editors, whose limits are their own.
        if answer.len() <= ::lsp::FRAME_BYTES_MAX {
            let read = read_frame(&mut frame.as_slice()).expect("what was written can be read");
            assert_eq!(read.as_deref(), Some(answer.as_bytes()));
        }
    }
}

/// Every start of a character is one place, and every place is in the text.
fn positions(text: &str) {
    let lines = Lines::new(text);
    for (offset, letter) in text.char_indices().take(500) {
        let position = lines.position(offset);
        // The two characters of a Windows line end are one place.
        let is_line_end = letter == '\n' && text[..offset].ends_with('\r');
        if !is_line_end {
            assert_eq!(lines.offset(position), offset, "{position:?}");
        }
    }
    for place in [Position { line: u32::MAX, character: 0 }, Position { line: 0, character: u32::MAX }] {
        let offset = lines.offset(place);
        assert!(text.is_char_boundary(offset), "{offset} is inside of a character");
    }
}
