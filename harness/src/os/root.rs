//! What a program finds in its file system: an allow-list.
//!
//! The system's programs and libraries, read-only; a few files of `/etc` that runtimes look for; a
//! `/dev`, `/proc` and `/tmp` of its own; its files in [`WORK`]; and what else the launch names.

use std::ffi::CString;
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use rustix::thread::LinkNameSpaceType;

use super::sandbox::{NOBODY, Sandbox};

/// The program's home folder.
pub const HOME: &str = "/home/student";

/// The program's working directory.
pub const WORK: &str = "/home/student/work";

/// The program's folder for temporary files.
pub const TMP: &str = "/tmp";

/// Folders that everybody may write to, besides the program's own.
pub(super) const SCRATCH: [&str; 4] = [TMP, "/dev/shm", "/run", "/var/tmp"];

/// Where the new root is put together: a folder that every system has and no program needs.
const STAGE: &str = "/sys";

/// Folders of the system, read-only.
pub(super) const SYSTEM: [&str; 9] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
    "/gnu/store",
];

/// Files and folders of `/etc` that runtimes need, by the beginning of their names, read-only.
const CONFIGURATION: [&str; 8] = [
    "alternatives",
    "java",
    "ld.so.",
    "localtime",
    "perl",
    "python",
    "ruby",
    "ssl",
];

/// Devices of the machine that are harmless.
pub(super) const DEVICES: [&str; 5] = ["null", "zero", "full", "random", "urandom"];

/// Builds the new root and moves into it. The current process must have a mount namespace and a
/// PID namespace of its own.
///
/// # Errors
/// What the kernel refuses, with the step.
pub(super) fn build(sandbox: &Sandbox<'_>) -> io::Result<()> {
    step("a mount namespace", || {
        mount(None, "/", None, libc::MS_REC | libc::MS_PRIVATE, None)
    })?;
    // Opened before anything is mounted over the place where it is.
    let folder = sandbox.launch.folder.as_ref().map(open_path).transpose()?;
    let readable: Vec<(PathBuf, OwnedFd)> = sandbox
        .launch
        .readable
        .iter()
        .map(|path| Ok((path.clone(), open_path(path)?)))
        .collect::<io::Result<_>>()?;
    step("the root's tmpfs", || {
        let options = "size=512m,nr_inodes=64k,mode=755";
        mount(
            Some("tmpfs"),
            STAGE,
            Some("tmpfs"),
            libc::MS_NOSUID | libc::MS_NODEV,
            Some(options),
        )
    })?;
    step("the system's folders", system)?;
    step("/etc", || configuration(sandbox))?;
    step("/dev", devices)?;
    for (path, file) in &readable {
        step(&path.display().to_string(), || bind_opened(file, path))?;
    }
    step("our own file", || cover_own(sandbox))?;
    for name in SCRATCH {
        let path = inside(name);
        fs::create_dir_all(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o1777))?;
    }
    step("the working directory", || work(sandbox, folder.as_ref()))?;
    step("/proc", || {
        fs::create_dir_all(inside("proc"))?;
        let flags = libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC;
        mount(Some("proc"), inside("proc"), Some("proc"), flags, None)
    })?;
    rustix::system::sethostname(sandbox.host_name.as_bytes())?;
    step("the new root", || {
        rustix::process::chdir(STAGE)?;
        rustix::process::pivot_root(".", ".")?;
        rustix::mount::unmount(".", rustix::mount::UnmountFlags::DETACH)?;
        rustix::process::chdir("/")?;
        Ok(())
    })
}

/// Moves into the root that an earlier sandbox built, with a `/proc` of this one's processes. The
/// current process must have a PID namespace of its own, and shares that of the mounts.
///
/// # Errors
/// What the kernel refuses, with the step.
pub(super) fn enter(sandbox: &Sandbox<'_>, files: BorrowedFd<'_>) -> io::Result<()> {
    step("the earlier root", || {
        let kind = Some(LinkNameSpaceType::Mount);
        Ok(rustix::thread::move_into_link_name_space(files, kind)?)
    })?;
    step("/proc", || {
        let flags = libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC;
        mount(Some("proc"), "/proc", Some("proc"), flags, None)
    })?;
    rustix::system::sethostname(sandbox.host_name.as_bytes())?;
    rustix::process::chdir("/")?;
    Ok(())
}

/// Gives the cell a view of its own processes only: a `/proc` of its PID namespace.
///
/// # Errors
/// What the kernel refuses; in many containers parts of `/proc` are masked, and then this is.
pub fn own_proc() -> io::Result<()> {
    step("a mount namespace", || {
        mount(None, "/", None, libc::MS_REC | libc::MS_PRIVATE, None)
    })?;
    step("/proc of the cell", || {
        mount(Some("proc"), "/proc", Some("proc"), 0, None)
    })
}

fn step<T>(what: &str, action: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    action().map_err(|error| io::Error::new(error.kind(), format!("{what}: {error}")))
}

fn inside(path: impl AsRef<Path>) -> PathBuf {
    let path = path.as_ref();
    Path::new(STAGE).join(path.strip_prefix("/").unwrap_or(path))
}

fn open_path(path: impl AsRef<Path>) -> io::Result<OwnedFd> {
    let path = path.as_ref();
    let flags = rustix::fs::OFlags::PATH | rustix::fs::OFlags::CLOEXEC;
    rustix::fs::open(path, flags, rustix::fs::Mode::empty())
        .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
}

fn system() -> io::Result<()> {
    for path in SYSTEM {
        let Ok(metadata) = fs::symlink_metadata(path) else {
            continue;
        };
        if metadata.is_symlink() {
            symlink(fs::read_link(path)?, inside(path))?;
        } else {
            bind(Path::new(path), path)?;
        }
    }
    Ok(())
}

/// Puts nothing in the place of our own file where it lies among the system's, or in a folder that the
/// program may read: the references are in it, and whoever started it as one would pass.
fn cover_own(sandbox: &Sandbox<'_>) -> io::Result<()> {
    let own = fs::read_link("/proc/self/exe")?;
    let place = inside(&own);
    if sandbox.launch.readable.contains(&own) || !place.exists() {
        return Ok(());
    }
    mount(Some("/dev/null"), place, None, libc::MS_BIND, None)
}

fn configuration(sandbox: &Sandbox<'_>) -> io::Result<()> {
    let etc = inside("etc");
    fs::create_dir_all(&etc)?;
    for (name, content) in [
        (
            "passwd",
            format!("root:x:0:0::/:/bin/sh\nstudent:x:1000:1000::{HOME}:/bin/sh\n"),
        ),
        ("group", "root:x:0:\nstudent:x:1000:\n".to_owned()),
        ("hosts", sandbox.hosts.to_owned()),
        ("hostname", format!("{}\n", sandbox.host_name)),
        ("host.conf", "multi on\n".to_owned()),
        (
            "nsswitch.conf",
            "passwd: files\ngroup: files\nhosts: files\n".to_owned(),
        ),
        ("resolv.conf", String::new()),
    ] {
        fs::write(etc.join(name), content)?;
    }
    let mut entries: Vec<_> = fs::read_dir("/etc")?.collect::<io::Result<_>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let wanted = CONFIGURATION
            .iter()
            .any(|start| name.as_bytes().starts_with(start.as_bytes()));
        if !wanted {
            continue;
        }
        // What the user may not read is no use to the program either.
        let Ok(opened) = open_path(entry.path()) else {
            continue;
        };
        bind_opened(&opened, &entry.path())?;
    }
    Ok(())
}

fn devices() -> io::Result<()> {
    fs::create_dir_all(inside("dev"))?;
    for name in DEVICES {
        let path = format!("/dev/{name}");
        fs::write(inside(&path), "")?;
        mount(Some(&path), inside(&path), None, libc::MS_BIND, None)?;
    }
    for (name, target) in [
        ("fd", ""),
        ("stdin", "/0"),
        ("stdout", "/1"),
        ("stderr", "/2"),
    ] {
        symlink(format!("/proc/self/fd{target}"), inside("dev").join(name))?;
    }
    Ok(())
}

fn work(sandbox: &Sandbox<'_>, folder: Option<&OwnedFd>) -> io::Result<()> {
    let work = inside(WORK);
    fs::create_dir_all(&work)?;
    let owners = [inside(HOME), work.clone()];
    match folder {
        Some(folder) if sandbox.writable => {
            let source = format!("/proc/self/fd/{}", folder.as_raw_fd());
            mount(Some(&source), &work, None, libc::MS_BIND, None)?;
            give_away(&owners[..1])
        }
        Some(folder) => {
            let layers = inside("layers");
            let (upper, scratch) = (layers.join("upper"), layers.join("work"));
            fs::create_dir_all(&upper)?;
            fs::create_dir_all(&scratch)?;
            give_away(&[layers, upper.clone(), scratch.clone()])?;
            let options = format!(
                "lowerdir=/proc/self/fd/{},upperdir={},workdir={},userxattr",
                folder.as_raw_fd(),
                upper.display(),
                scratch.display()
            );
            mount(
                Some("overlay"),
                &work,
                Some("overlay"),
                libc::MS_NOSUID,
                Some(&options),
            )?;
            give_away(&owners)
        }
        None => give_away(&owners),
    }
}

/// When the harness is root, programs run as another user, who must be able to write here.
fn give_away(paths: &[PathBuf]) -> io::Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    for path in paths {
        match std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)) {
            // In a user namespace with a single uid there is only one owner.
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => return Ok(()),
            result => result?,
        }
    }
    Ok(())
}

/// Shows a file or folder of the machine at the same place in the new root, read-only.
fn bind(source: &Path, target: &str) -> io::Result<()> {
    let opened = open_path(source)?;
    bind_opened(&opened, Path::new(target))
}

fn bind_opened(source: &OwnedFd, target: &Path) -> io::Result<()> {
    let target = inside(target);
    let link = format!("/proc/self/fd/{}", source.as_raw_fd());
    if fs::metadata(&link)?.is_dir() {
        fs::create_dir_all(&target)?;
    } else if !target.exists() {
        // It is there already where it lies among the system's own, which are read-only.
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&target, "")?;
    }
    mount(
        Some(&link),
        &target,
        None,
        libc::MS_BIND | libc::MS_REC,
        None,
    )?;
    read_only(&target)
}

/// Makes a mount and all below it read-only and without set-uid programs (Linux 5.12).
fn read_only(path: &Path) -> io::Result<()> {
    let attributes = libc::mount_attr {
        attr_set: libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV,
        attr_clr: 0,
        propagation: 0,
        userns_fd: 0,
    };
    let path = c_path(path);
    // SAFETY: the path ends with NUL, and the structure is of the size that is given.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            libc::AT_RECURSIVE,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    };
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

fn c_path(path: impl AsRef<Path>) -> CString {
    CString::new(path.as_ref().as_os_str().as_bytes())
        .expect("a path that came from the system has no NUL")
}

/// mount(2). Texts are options of ours or paths that the system gave us.
fn mount(
    source: Option<&str>,
    target: impl AsRef<Path>,
    kind: Option<&str>,
    flags: libc::c_ulong,
    options: Option<&str>,
) -> io::Result<()> {
    let source = source.map(c_path);
    let kind = kind.map(c_path);
    let options = options.map(c_path);
    let target = c_path(target);
    let pointer = |text: &Option<CString>| text.as_ref().map_or(std::ptr::null(), |t| t.as_ptr());
    // SAFETY: all pointers are null or to strings that end with NUL and outlive the call.
    let result = unsafe {
        libc::mount(
            pointer(&source),
            target.as_ptr(),
            pointer(&kind),
            flags,
            pointer(&options).cast(),
        )
    };
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
