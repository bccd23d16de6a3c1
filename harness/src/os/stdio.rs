//! What a program's standard input, output and error are: pipes and terminals.

use std::io;
use std::os::fd::OwnedFd;

/// A pipe whose ends close at exec: what is read from, what is written to.
///
/// # Errors
/// When the process has too many open files.
pub fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?)
}

/// A terminal that changes nothing: its controlling side and the side that a program gets.
///
/// # Errors
/// When the system has no terminals to give.
pub fn terminal() -> io::Result<(OwnedFd, OwnedFd)> {
    use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};
    use rustix::termios::{
        LocalModes, OptionalActions, OutputModes, Winsize, tcgetattr, tcsetattr, tcsetwinsize,
    };
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let controller = openpt(flags)?;
    unlockpt(&controller)?;
    let program = ioctl_tiocgptpeer(&controller, flags)?;
    let mut modes = tcgetattr(&program)?;
    // Without this a newline would become two bytes.
    modes.output_modes.remove(OutputModes::OPOST);
    modes.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&program, OptionalActions::Now, &modes)?;
    let size = Winsize {
        ws_row: 24,
        ws_col: 80,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&program, size)?;
    Ok((controller, program))
}
