//! What a cell costs on top of its two programs, and how many cells a second there can be.
//!
//! Two small C programs talk to each other, first bare on this machine's loopback, then in a cell
//! through the relay. `cargo bench --bench cell`; the figures stand once more in the last lines.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use criterion::{Criterion, Throughput};
use sockgrade::batch::{Cells, Interrupt};
use sockgrade::course::{Ends, Network, Output, Role, Start, Transport};
use sockgrade::ids::{Participant, ScenarioId};
use sockgrade::os::clock::Clock;
use sockgrade::plan::{CellPlan, Launch, ProgramPlan};
use sockgrade::record::Ending;
use sockgrade::seed::Seed;

const LINE: &[u8] = b"hello\n";
const JOBS: [u64; 4] = [1, 2, 4, 8];
const PORT: u16 = 5000;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let programs = Programs::compile(folder.path());
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(5))
        .configure_from_args();
    let bare = measure(&mut criterion, "bare", 1, || programs.run_bare());
    let cells: Vec<Option<Duration>> = JOBS
        .iter()
        .map(|jobs| {
            let name = format!("cells/{jobs} at a time");
            measure(&mut criterion, &name, *jobs, || programs.run_cell())
        })
        .collect();
    criterion.final_summary();
    // A filter on the command line leaves some out.
    if let (Some(bare), Some(cell)) = (bare, cells[0]) {
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        println!("two programs, bare:      {:7.2} ms", ms(bare));
        println!("two programs, in a cell: {:7.2} ms", ms(cell));
        println!("a cell costs:            {:7.2} ms", ms(cell) - ms(bare));
    }
    for (jobs, cell) in JOBS.iter().zip(cells) {
        if let Some(cell) = cell {
            let rate = 1.0 / cell.as_secs_f64();
            println!("cells a second, {jobs} at a time: {rate:6.1}");
        }
    }
}

/// Measures `run`, `jobs` at a time; returns the mean time for one, or nothing where it was not
/// asked for.
fn measure(
    criterion: &mut Criterion,
    name: &str,
    jobs: u64,
    run: impl Fn() + Sync,
) -> Option<Duration> {
    let mut all = (Duration::ZERO, 0);
    let mut group = criterion.benchmark_group("echo");
    group.throughput(Throughput::Elements(1));
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|count| {
            let time = at_a_time(jobs, count, &run);
            all = (all.0 + time, all.1 + count);
            time
        });
    });
    group.finish();
    (all.1 > 0).then(|| all.0.div_f64(all.1 as f64))
}

/// Runs `count` times, `jobs` at a time; returns how long that took in all.
fn at_a_time(jobs: u64, count: u64, run: &(impl Fn() + Sync)) -> Duration {
    let begun = AtomicU64::new(0);
    let clock = Clock::start();
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(count) {
            scope.spawn(|| {
                while begun.fetch_add(1, Ordering::Relaxed) < count {
                    run();
                }
            });
        }
    });
    clock.elapsed()
}

struct Programs {
    server: PathBuf,
    client: PathBuf,
    cells: Cells,
}

impl Programs {
    fn compile(folder: &Path) -> Self {
        let compile = |name: &str| {
            let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/programs");
            let program = folder.join(name);
            duct::cmd!(
                "cc",
                "-O2",
                "-o",
                &program,
                source.join(format!("{name}.c"))
            )
            .run()
            .expect("the benchmark needs a C compiler");
            program
        };
        let interrupt = Interrupt::new().expect("there are descriptors left");
        Self {
            server: compile("echo_server"),
            client: compile("echo_client"),
            cells: Cells::new(PathBuf::from(env!("CARGO_BIN_EXE_sockgrade")), interrupt),
        }
    }

    fn run_bare(&self) {
        let server = duct::cmd!(&self.server).reader().expect("a server");
        let mut port = String::new();
        BufReader::new(&server)
            .read_line(&mut port)
            .expect("the server's port");
        let answer = duct::cmd!(&self.client, port.trim())
            .stdout_capture()
            .run()
            .expect("a client");
        assert_eq!(answer.stdout, LINE);
        // To its end.
        std::io::copy(&mut &server, &mut std::io::sink()).expect("the server's end");
    }

    fn run_cell(&self) {
        let record = self.cells.run(self.plan()).expect("a record");
        assert_eq!(record.programs[0].output.bytes(), LINE);
        assert_eq!(record.programs[0].ending, Ending::Exited(0));
    }

    fn plan(&self) -> CellPlan {
        let program = |role: Role, path: &Path| ProgramPlan {
            participant: Participant::new(role.as_str()),
            role,
            launch: Launch {
                command: vec![path.display().to_string(), PORT.to_string()],
                folder: None,
                readable: vec![path.to_owned()],
                environment: BTreeMap::new(),
            },
            address: None,
            host_name: role.as_str().to_owned(),
            stdin: None,
            output: Output::Pipe,
        };
        CellPlan {
            scenario: ScenarioId::new("echo/client/bench"),
            submission: None,
            seed: Seed(1),
            transport: Transport::Tcp,
            network: Network::Loopback,
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: PORT,
            given_port: PORT,
            called_port: PORT,
            stale_socket: false,
            packets: false,
            names: Vec::new(),
            deadline_ms: 10_000,
            programs: vec![
                program(Role::Client, &self.client),
                program(Role::Server, &self.server),
            ],
            start: Start::ServersFirst,
            script: Vec::new(),
            tolerate: Vec::new(),
            faults: BTreeMap::new(),
            prints: Vec::new(),
            ends: Ends::Exits,
            awaits: Vec::new(),
        }
    }
}
