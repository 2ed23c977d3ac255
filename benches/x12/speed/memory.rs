//! How much memory it takes, each in a process of its own.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use x12::batch::BatchReader;
use x12::judge::{Judge, Options};
use x12::{Document, Scanner};

/// What a process alone can be asked to do.
const WAYS: &[&str] = &["nothing", "segments", "batches", "judge", "bytes", "document"];

/// Prints the most memory that each way to read each file takes.
pub(crate) fn report(files: &[PathBuf]) {
    if files.is_empty() {
        return;
    }
    println!("\n| file | bytes | {} |", WAYS.join(" | "));
    println!("|---|---:|{}", "---:|".repeat(WAYS.len()));
    let program = std::env::current_exe().expect("the program knows where it is");
    for file in files {
        let bytes = std::fs::metadata(file).map_or(0, |data| data.len());
        let peaks = WAYS.iter().map(|way| {
            let output = Command::new(&program).args(["--alone", way]).arg(file).output().expect("it starts again");
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        });
        println!("| {} | {bytes} | {} |", file.display(), peaks.collect::<Vec<_>>().join(" | "));
    }
    println!("Most memory at once (VmHWM); streamed but for the last two, which hold the file.");
}

/// Reads a file in one way and prints the most memory that was held.
pub(crate) fn alone(way: &str, path: &Path) {
    match way {
        "segments" => {
            let mut scanner = Scanner::default();
            stream(path, &mut |chunk| scanner.feed(chunk, &mut |_| {}));
        }
        "batches" => {
            let mut reader = BatchReader::default();
            stream(path, &mut |chunk| reader.feed(chunk, &mut |_| {}));
            assert!(reader.finish(&mut |_| {}).is_ok(), "the file is whole");
        }
        "judge" => {
            let mut judge = Judge::new(Options::default());
            stream(path, &mut |chunk| judge.feed(chunk));
            assert!(judge.finish().record.is_complete(), "the file is whole");
        }
        "bytes" => assert!(!std::fs::read(path).expect("the file can be read").is_empty()),
        "document" => {
            let bytes = std::fs::read(path).expect("the file can be read");
            assert!(Document::read(&bytes).completeness().is_ok(), "the file is whole");
        }
        "nothing" => {}
        _ => panic!("`{way}` is none of {}", WAYS.join(", ")),
    }
    println!("{:.1} MB", peak_kilobytes() / 1e3);
}

fn stream(path: &Path, take: &mut dyn FnMut(&[u8])) {
    let mut file = File::open(path).expect("the file is there");
    let mut block = vec![0; 64 << 10];
    loop {
        match file.read(&mut block).expect("the file can be read") {
            0 => return,
            read => take(&block[..read]),
        }
    }
}

fn peak_kilobytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0.0)
}
