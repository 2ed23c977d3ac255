//! Three functions that a browser calls, over JSON in linear memory.
//!
//! The page asks for room (`request`), writes its text there, lets it be answered (`answer`) and reads the reply
//! (`reply`). Buffers belong to this module and are handed out by address only; no pointer is ever followed here, so nothing but
//! the export of the names is unsafe.

use std::cell::RefCell;

use page::Page;

/// Most bytes of a request: a case file has at most one MiB, and no character of it more than six in JSON.
const REQUEST_BYTES_MAX: usize = 8 << 20;

#[derive(Default)]
struct State {
    page: Option<Page>,
    request: Vec<u8>,
    reply: Vec<u8>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Room for a request of so many bytes; null if that is more than any request has.
#[expect(unsafe_code, reason = "a browser finds a function by its name; nothing else has this one")]
#[unsafe(no_mangle)]
pub extern "C" fn request(bytes: usize) -> *mut u8 {
    if bytes > REQUEST_BYTES_MAX {
        return std::ptr::null_mut();
    }
    STATE.with_borrow_mut(|state| {
        state.request.clear();
        state.request.resize(bytes, 0);
        state.request.as_mut_ptr()
    })
}

/// Answers the request that was written, and tells the bytes of the reply.
#[expect(unsafe_code, reason = "a browser finds a function by its name; nothing else has this one")]
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> usize {
    STATE.with_borrow_mut(|state| {
        if state.page.is_none() {
            state.page = Page::new().ok();
        }
        let reply = match (&state.page, str::from_utf8(&state.request)) {
            (Some(page), Ok(request)) => page.call(request),
            (None, _) => r#"{"problems":[{"code":"G0005","message":"the library of this page is broken","help":"take the page of a release","line":0,"column":0}]}"#.to_owned(),
            (_, Err(_)) => r#"{"problems":[{"code":"G0006","message":"the text is not UTF-8","help":"save the file as UTF-8","line":0,"column":0}]}"#.to_owned(),
        };
        state.reply = reply.into_bytes();
        state.reply.len()
    })
}

/// Where the reply stands until the next request is answered.
#[expect(unsafe_code, reason = "a browser finds a function by its name; nothing else has this one")]
#[unsafe(no_mangle)]
pub extern "C" fn reply() -> *const u8 {
    STATE.with_borrow(|state| state.reply.as_ptr())
}
