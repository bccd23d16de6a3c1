//! Exercise `unix-echo`: `tcp-echo` over a Unix socket, whose address is a path in the file system.
//!
//! The bytes and the ends are those of TCP. What is new is the file: it stays behind when a server
//! is killed, and then stops the next one from binding that path.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use crate::failure::{Failure, cannot};
use crate::registry::{Exercise, Role};
use crate::{arguments, printing};

pub(crate) const EXERCISE: Exercise = Exercise {
    id: "unix-echo",
    roles: &[
        Role::new("server", "[PATH]", server),
        Role::new("client", "[PATH]", client),
    ],
};

const PATH: &str = "echo.sock";
const TEXT: &[u8; 12] = b"Hello, world";

fn server(arguments: &[String]) -> Result<(), Failure> {
    let path = path_of(arguments)?;
    remove_left_over_socket(path)?;
    let listener =
        UnixListener::bind(path).map_err(cannot(format!("listen on {}", path.display())))?;

    let served = serve_one_client(&listener);
    // The path is of no use any more, however the client was served. If it cannot be removed, the
    // next run will try.
    let _ = fs::remove_file(path);
    served
}

fn client(arguments: &[String]) -> Result<(), Failure> {
    let path = path_of(arguments)?;
    let mut stream =
        UnixStream::connect(path).map_err(cannot(format!("connect to {}", path.display())))?;
    stream.write_all(TEXT).map_err(cannot("send the text"))?;

    let mut echo = [0; TEXT.len()];
    let mut length = 0;
    // The loop is there because the echo may come in pieces. The server does not end before we do,
    // so it is the number of bytes that says when the echo is whole.
    while length < echo.len() {
        let count = stream
            .read(&mut echo[length..])
            .map_err(cannot("receive the echo"))?;
        if count == 0 {
            let wanted = echo.len();
            return Err(Failure::OtherSide(format!(
                "the server ended after {length} of {wanted} bytes"
            )));
        }
        length += count;
    }
    printing::received("Received: ", &echo)
}

fn path_of(arguments: &[String]) -> Result<&Path, Failure> {
    match arguments {
        [] => Ok(Path::new(PATH)),
        [path] => Ok(Path::new(path)),
        [_, unexpected, ..] => Err(arguments::too_many(unexpected)),
    }
}

/// Removes the socket that an earlier run left at this path.
///
/// Only a socket: somebody's file of the same name is not ours to delete, and `bind` then says what
/// is wrong.
fn remove_left_over_socket(path: &Path) -> Result<(), Failure> {
    // When there is nothing at the path (or it cannot be looked at), there is nothing to remove.
    let is_socket = fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    if is_socket {
        fs::remove_file(path).map_err(cannot(format!("remove {}", path.display())))?;
    }
    Ok(())
}

fn serve_one_client(listener: &UnixListener) -> Result<(), Failure> {
    let (mut stream, _) = listener.accept().map_err(cannot("accept a client"))?;
    let mut buffer = [0; 4096];
    // The loop is there because the client may send any number of bytes, in any pieces. Only a read
    // of 0 bytes says that there are no more.
    loop {
        let count = stream
            .read(&mut buffer)
            .map_err(cannot("receive from the client"))?;
        if count == 0 {
            return Ok(());
        }
        // Only the first `count` bytes are from this read. `write_all` waits while the client does
        // not read.
        stream
            .write_all(&buffer[..count])
            .map_err(cannot("send to the client"))?;
    }
}
