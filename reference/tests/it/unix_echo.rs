//! `unix-echo`.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::program::{Program, wait_until};

/// A folder of its own, with a short path: the path of a Unix socket has 107 bytes at most.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("unix-echo-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).expect("the folder is new");
        Folder(folder)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("echo.sock")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed stays in the folder for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn connect(path: &Path) -> UnixStream {
    wait_until("somebody listens on the socket file", || {
        UnixStream::connect(path).ok()
    })
}

fn check_echo(path: &Path) {
    let mut stream = connect(path);
    for byte in 0..=255 {
        stream.write_all(&[byte]).expect("the server is there");
        let mut echo = [0];
        stream.read_exact(&mut echo).expect("the echo comes");
        assert_eq!(echo, [byte]);
    }
    stream
        .shutdown(Shutdown::Write)
        .expect("the server is there");
    assert_eq!(stream.read_to_end(&mut Vec::new()).expect("no reset"), 0);
}

#[test]
fn server_returns_every_byte_at_the_path_it_was_given() {
    let folder = Folder::new();
    let path = folder.0.join("other.sock");
    let program = Program::start(&["unix-echo", "server", path.to_str().expect("it is ASCII")]);
    check_echo(&path);
    program.finish().assert_success("");
    assert!(!path.exists());
}

#[test]
fn server_replaces_a_socket_that_an_earlier_run_left() {
    let folder = Folder::new();
    drop(UnixListener::bind(folder.socket()).expect("the folder is empty"));
    assert!(folder.socket().exists());
    let program = Program::start_in(&folder.0, &["unix-echo", "server"]);
    check_echo(&folder.socket());
    program.finish().assert_success("");
}

#[test]
fn server_does_not_delete_a_file_that_is_no_socket() {
    let folder = Folder::new();
    fs::write(folder.socket(), "homework").expect("the folder is ours");
    let program = Program::start_in(&folder.0, &["unix-echo", "server"]);
    program
        .finish()
        .assert_failure("cannot listen on echo.sock");
    assert_eq!(
        fs::read(folder.socket()).expect("it is still there"),
        b"homework"
    );
}

#[test]
fn server_ends_when_its_client_resets_the_connection() {
    let folder = Folder::new();
    let program = Program::start_in(&folder.0, &["unix-echo", "server"]);
    let mut stream = connect(&folder.socket());
    stream.write_all(b"ab").expect("the server is there");
    stream.read_exact(&mut [0]).expect("the echo comes");
    // One byte of the echo is not read, which makes this a reset.
    drop(stream);
    let ended = program.finish();
    assert!(matches!(ended.code, Some(0 | 1)), "{ended:?}");
}

#[test]
fn client_prints_an_echo_that_comes_in_pieces() {
    let folder = Folder::new();
    let listener = UnixListener::bind(folder.socket()).expect("the folder is empty");
    let program = Program::start_in(&folder.0, &["unix-echo", "client"]);
    let (mut stream, _) = listener.accept().expect("the client comes");
    let mut text = [0; 12];
    stream.read_exact(&mut text).expect("the text comes");
    assert_eq!(&text, b"Hello, world");
    for byte in text {
        stream.write_all(&[byte]).expect("the client is there");
    }
    program.finish().assert_success("Received: Hello, world\n");
}

#[test]
fn client_says_that_the_echo_was_cut() {
    let folder = Folder::new();
    let listener = UnixListener::bind(folder.socket()).expect("the folder is empty");
    let program = Program::start_in(&folder.0, &["unix-echo", "client"]);
    let (mut stream, _) = listener.accept().expect("the client comes");
    stream.read_exact(&mut [0; 12]).expect("the text comes");
    drop(stream);
    program.finish().assert_failure("after 0 of 12 bytes");
}

#[test]
fn client_says_that_nobody_listens() {
    let folder = Folder::new();
    let program = Program::start_in(&folder.0, &["unix-echo", "client"]);
    program
        .finish()
        .assert_failure("cannot connect to echo.sock");
}
