//! Files that `covered x12 …` writes: right, whole or not at all, and never in place of the input unasked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Long enough on disk for a process to be seen while it writes.
const BIG_SEGMENTS: usize = 12;
/// The library keeps segments up to 4 MiB.
const BIG_SEGMENT_BYTES: usize = 4_000_000;
/// Chances to end a process while it writes.
const KILLS_MAX: usize = 20;

fn good() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/x12/837p/good/example.edi")
}

/// A new folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("x12_writing").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}

fn covered(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_covered")).args(arguments).output().expect("the program starts")
}

fn ends(arguments: &[&str], code: i32) -> String {
    let output = covered(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{errors}");
    if code == 2 { errors.into_owned() } else { String::from_utf8(output.stdout).expect("output is UTF-8") }
}

/// Names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn repairs_are_shown_then_written() {
    let folder = folder("fix");
    let (broken, repaired) = (folder.join("broken.edi"), folder.join("repaired.edi"));
    ends(&["x12", "make", "--break", "X1013", "--out", text(&broken)], 0);
    let out = ends(&["x12", "fix", text(&broken)], 1);
    assert!(out.contains("\n-SE*9*0001\n+SE*89*0001\n"), "{out}");
    assert_eq!(names(&folder), ["broken.edi"], "showing repairs writes nothing");
    ends(&["x12", "fix", text(&broken), "--write", text(&repaired)], 0);
    ends(&["x12", "check", text(&repaired)], 0);
    assert_eq!(fs::read(&repaired).expect("the result"), fs::read(good()).expect("the example"));
    assert_eq!(ends(&["x12", "fix", text(&repaired)], 0).lines().count(), 1);
    assert_eq!(names(&folder), ["broken.edi", "repaired.edi"], "nothing else is left");
}

#[test]
fn a_file_that_is_not_whole_is_not_repaired() {
    let folder = folder("fix-cut");
    let (cut, out) = (folder.join("cut.edi"), folder.join("out.edi"));
    fs::write(&cut, &fs::read(good()).expect("the example")[..900]).expect("the cut file");
    assert!(ends(&["x12", "fix", text(&cut), "--write", text(&out)], 2).contains("error[X0401]"));
    assert_eq!(names(&folder), ["cut.edi"]);
}

#[test]
fn the_input_is_never_replaced_unasked() {
    let folder = folder("replace");
    let (file, link, key) = (folder.join("a.edi"), folder.join("./a.edi"), folder.join("key"));
    ends(&["x12", "make", "--break", "X1013", "--out", text(&file)], 0);
    fs::write(&key, "an invented secret\n").expect("the key");
    let before = fs::read(&file).expect("the file");
    for arguments in [
        &["x12", "fix", text(&file), "--write", text(&link)][..],
        &["x12", "ack", text(&file), "--out", text(&link)],
        &["x12", "deidentify", text(&file), "--key-file", text(&key), "--out", text(&link)],
        &["x12", "deidentify", text(&file), "--key-file", text(&key), "--out", text(&key), "--replace-input"],
    ] {
        assert!(ends(arguments, 2).contains("error[I0006]"), "{arguments:?}");
        assert_eq!(fs::read(&file).expect("the file"), before, "{arguments:?}");
    }
    assert_eq!(fs::read(&key).expect("the key"), b"an invented secret\n");
    ends(&["x12", "fix", text(&file), "--write", text(&file), "--replace-input"], 0);
    assert_eq!(fs::read(&file).expect("the file"), fs::read(good()).expect("the example"));
}

#[test]
fn what_is_no_file_is_never_replaced() {
    let folder = folder("no-file");
    let inside = folder.join("inside");
    fs::create_dir(&inside).expect("a folder");
    assert!(ends(&["x12", "make", "--out", text(&inside)], 2).contains("error[I0001]"));
    assert!(ends(&["x12", "make", "--out", text(&folder.join("missing/out.edi"))], 2).contains("error[I0001]"));
    assert_eq!(names(&folder), ["inside"]);
}

#[cfg(unix)]
#[test]
fn new_files_are_for_their_owner_and_links_stay_links() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder("rights");
    let (new, shared, link) = (folder.join("new.edi"), folder.join("shared.edi"), folder.join("link.edi"));
    ends(&["x12", "make", "--out", text(&new)], 0);
    let mode = |path: &Path| fs::metadata(path).expect("the file").permissions().mode() & 0o777;
    assert_eq!(mode(&new), 0o600);
    fs::write(&shared, "").expect("a file");
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o640)).expect("its rights");
    symlink("shared.edi", &link).expect("a link");
    ends(&["x12", "make", "--out", text(&link)], 0);
    assert!(fs::symlink_metadata(&link).expect("the link").is_symlink());
    assert_eq!((mode(&shared), fs::read(&shared).expect("the file")), (0o640, fs::read(&new).expect("the file")));
}

#[test]
fn parts_are_valid_and_never_mix_with_others() {
    let folder = folder("split");
    let parts = folder.join("parts");
    let out = ends(&["x12", "split", text(&good()), "--by", "claim", "--out", text(&parts)], 0);
    assert_eq!(out.lines().count(), 4, "{out}");
    assert_eq!(names(&parts), ["claim-0001.edi", "claim-0002.edi", "claim-0003.edi", "claim-0004.edi"]);
    for name in names(&parts) {
        ends(&["x12", "check", text(&parts.join(name))], 0);
    }
    assert!(ends(&["x12", "split", text(&good()), "--by", "claim", "--out", text(&parts)], 2).contains("error[I0001]"));
    for by in ["payer", "provider"] {
        ends(&["x12", "split", text(&good()), "--by", by, "--out", text(&parts)], 0);
        let part = parts.join(format!("{by}-0001.edi"));
        assert_eq!(ends(&["x12", "diff", text(&good()), text(&part)], 0), "0 differences\n");
    }
    ends(&["x12", "split", text(&good()), "--by", "letter", "--out", text(&parts)], 2);
}

#[test]
fn nobody_is_left_in_a_deidentified_file() {
    let folder = folder("deidentify");
    let (key, other, out, again) =
        (folder.join("key"), folder.join("other"), folder.join("out.edi"), folder.join("again.edi"));
    fs::write(&key, "an invented secret\n").expect("the key");
    fs::write(&other, "another invented secret").expect("the key");
    ends(&["x12", "deidentify", text(&good()), "--key-file", text(&key), "--out", text(&out)], 0);
    ends(&["x12", "check", text(&out)], 0);
    let written = fs::read_to_string(&out).expect("the result");
    for value in ["ALEX", "JORDAN", "W100000001", "19840506", "EX0001", "EXAMPLE ROAD", "123456789~"] {
        assert!(!written.contains(value), "{value} is left\n{written}");
    }
    ends(&["x12", "deidentify", text(&good()), "--key-file", text(&key), "--out", text(&again)], 0);
    assert_eq!(fs::read_to_string(&again).expect("the result"), written, "one key, one result");
    ends(&["x12", "deidentify", text(&good()), "--key-file", text(&other), "--out", text(&again)], 0);
    assert_ne!(fs::read_to_string(&again).expect("the result"), written, "another key, another result");
    let wide = folder.join("wide.edi");
    let utf_16 = fs::read_to_string(good()).expect("the example");
    fs::write(&wide, [b"\xFF\xFE".to_vec(), utf_16.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat())
        .expect("the same as UTF-16");
    let nothing = folder.join("nothing.edi");
    let said = ends(&["x12", "deidentify", text(&wide), "--key-file", text(&key), "--out", text(&nothing)], 2);
    assert!(said.contains("error[I0009]") && said.contains("UTF-16"), "{said}");
    assert!(!nothing.exists(), "nothing is written");
    fs::write(&key, "short\n").expect("the key");
    assert!(ends(&["x12", "deidentify", text(&good()), "--key-file", text(&key)], 2).contains("error[I0011]"));
}

#[test]
fn examples_break_nothing() {
    let folder = folder("make");
    let (claims, payment) = (folder.join("claims.edi"), folder.join("payment.edi"));
    ends(&["x12", "make", "--out", text(&claims)], 0);
    ends(&["x12", "make", "--remittance", "--out", text(&payment)], 0);
    ends(&["x12", "check", text(&claims), text(&payment)], 0);
}

/// A file that takes long to write: right but for its last count.
fn big(path: &Path) -> Vec<u8> {
    let example = fs::read_to_string(good()).expect("the example");
    let (head, tail) = example.split_once("SE*89*").expect("the example has a trailer");
    let mut bytes = head.as_bytes().to_vec();
    for _ in 0..BIG_SEGMENTS {
        bytes.extend_from_slice(b"NTE*ADD*");
        bytes.extend(std::iter::repeat_n(b'A', BIG_SEGMENT_BYTES));
        bytes.push(b'~');
    }
    bytes.extend_from_slice(format!("SE*{}*{tail}", 89 + BIG_SEGMENTS + 1).as_bytes());
    fs::write(path, &bytes).expect("the big file");
    bytes
}

/// Whoever ends the program while it writes finds the old file or the new one.
#[test]
fn a_process_that_is_killed_leaves_the_old_file_or_the_new() {
    let folder = folder("kill");
    let (input, out, expected) = (folder.join("big.edi"), folder.join("out.edi"), folder.join("expected.edi"));
    big(&input);
    ends(&["x12", "fix", text(&input), "--write", text(&expected)], 0);
    let new = fs::read(&expected).expect("the new file");
    let mut killed_in_the_middle = 0;
    for kill in 0..KILLS_MAX {
        fs::write(&out, "old").expect("the old file");
        let mut child = Command::new(env!("CARGO_BIN_EXE_covered"))
            .args(["x12", "fix", text(&input), "--write", text(&out)])
            .stdout(Stdio::null())
            .spawn()
            .expect("the program starts");
        let started = Instant::now();
        let writes = || names(&folder).iter().any(|name| name.ends_with(".part"));
        while !writes() && child.try_wait().expect("its state").is_none() {
            assert!(started.elapsed() < Duration::from_secs(60), "it never writes");
        }
        // Each time a little later in the writing.
        std::thread::sleep(Duration::from_millis(2 * kill as u64));
        child.kill().expect("it can be ended");
        child.wait().expect("it ends");
        let found = fs::read(&out).expect("the file is always there");
        assert!(found == b"old" || found == new, "a file of {} bytes is neither", found.len());
        killed_in_the_middle += usize::from(found == b"old" && writes());
        for name in names(&folder).iter().filter(|name| name.ends_with(".part")) {
            fs::remove_file(folder.join(name)).expect("what the process left");
        }
        if killed_in_the_middle == 3 {
            break;
        }
    }
    assert!(killed_in_the_middle > 0, "no process was ended while it wrote");
    fs::remove_dir_all(&folder).expect("the big files");
}
