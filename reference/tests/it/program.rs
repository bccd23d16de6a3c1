//! A reference program that runs as a process of its own, and is killed when its value is dropped.

use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Far more than anything here takes, also on a busy machine.
const DEADLINE: Duration = Duration::from_mins(1);

/// Waits until the condition gives a value.
pub(crate) fn wait_until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < deadline, "waited too long: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// How a program ended and what it printed.
#[derive(Debug)]
pub(crate) struct Ended {
    /// `None` stands for a death by signal.
    pub(crate) code: Option<i32>,
    pub(crate) output: Vec<u8>,
    pub(crate) errors: Vec<u8>,
}

impl Ended {
    pub(crate) fn output_text(&self) -> String {
        String::from_utf8_lossy(&self.output).into_owned()
    }

    pub(crate) fn error_text(&self) -> String {
        String::from_utf8_lossy(&self.errors).into_owned()
    }

    /// It did its part: exit code 0, exactly this output, and nothing on standard error.
    #[track_caller]
    pub(crate) fn assert_success(&self, output: &str) {
        assert_eq!(self.output_text(), output, "{self:?}");
        assert_eq!(self.error_text(), "", "{self:?}");
        assert_eq!(self.code, Some(0), "{self:?}");
    }

    /// It could not do its part and said why: exit code 1, and this text on standard error.
    #[track_caller]
    pub(crate) fn assert_failure(&self, error: &str) {
        assert_eq!(self.code, Some(1), "{self:?}");
        let errors = self.error_text();
        assert!(
            errors.contains(error),
            "{errors:?} does not contain {error:?}"
        );
        assert!(!errors.contains("panicked"), "{errors}");
    }
}

#[must_use]
pub(crate) struct Program {
    child: Child,
    input: Option<ChildStdin>,
    output: Pipe,
    errors: Pipe,
}

impl Program {
    /// Starts a program: exercise, role, arguments.
    pub(crate) fn start(words: &[&str]) -> Program {
        Program::start_in(Path::new("."), words)
    }

    /// Starts a program in a folder.
    pub(crate) fn start_in(folder: &Path, words: &[&str]) -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_reference"))
            .args(words)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        Program {
            input: child.stdin.take(),
            output: Pipe::collect(child.stdout.take().expect("standard output is a pipe")),
            errors: Pipe::collect(child.stderr.take().expect("standard error is a pipe")),
            child,
        }
    }

    pub(crate) fn type_in(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("standard input is still open");
        input
            .write_all(bytes)
            .expect("the program reads its standard input");
    }

    pub(crate) fn end_input(&mut self) {
        self.input = None;
    }

    /// Takes standard input, for a test that writes to it in a thread of its own.
    pub(crate) fn take_input(&mut self) -> ChildStdin {
        self.input.take().expect("standard input is still open")
    }

    /// What was printed so far.
    pub(crate) fn output(&self) -> Vec<u8> {
        self.output.bytes.lock().expect("no reader panics").clone()
    }

    /// Waits until this text has been printed.
    pub(crate) fn wait_for_output(&self, text: &str) {
        wait_for_text(&self.output, text);
    }

    /// Waits until this text has been printed to standard error.
    pub(crate) fn wait_for_error(&self, text: &str) {
        wait_for_text(&self.errors, text);
    }

    #[track_caller]
    pub(crate) fn assert_running(&mut self) {
        let ended = self
            .child
            .try_wait()
            .expect("the state of a child is known");
        assert_eq!(ended, None, "the program has ended");
    }

    /// Waits until the program has ended. Its standard input stays open, as at a terminal.
    pub(crate) fn finish(mut self) -> Ended {
        let status = wait_until("the program ends", || {
            self.child
                .try_wait()
                .expect("the state of a child is known")
        });
        Ended {
            code: status.code(),
            output: self.output.finish(),
            errors: self.errors.finish(),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail only if it has ended and been waited for already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_for_text(pipe: &Pipe, text: &str) {
    wait_until(&format!("it says {text:?}"), || {
        let bytes = pipe.bytes.lock().expect("no reader panics");
        String::from_utf8_lossy(&bytes).contains(text).then_some(())
    });
}

/// Collects what comes out of a pipe, so that the program never waits for a reader.
struct Pipe {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Pipe {
    fn collect(mut source: impl Read + Send + 'static) -> Pipe {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let target = Arc::clone(&bytes);
        let reader = thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(count) = source.read(&mut buffer) {
                if count == 0 {
                    break;
                }
                target
                    .lock()
                    .expect("no reader panics")
                    .extend_from_slice(&buffer[..count]);
            }
        });
        Pipe {
            bytes,
            reader: Some(reader),
        }
    }

    fn finish(&mut self) -> Vec<u8> {
        let reader = self.reader.take().expect("a pipe is finished once");
        reader.join().expect("no reader panics");
        self.bytes.lock().expect("no reader panics").clone()
    }
}
