//! The relay is invisible: each socket behaviour is asked directly and through the empty relay, and
//! the answers are the same, the listed exceptions apart. With a fault (in `faults`) exactly what was
//! asked for is different.
//!
//! The programs are in `conformance/*.py`, two for each behaviour, and print what they observe.
//! Directly, both run on one device with nothing between them; otherwise each has a device of its
//! own. All four runs are cells, so that nothing but the relay differs.
//!
//! To add a behaviour: 1. a class with `server` and `client` in one of the Python files; 2. a row
//! below, with an observation that shows that it was really asked.

mod faults;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use sockgrade::batch::{Cells, Interrupt};
use sockgrade::course::{Ends, Network, Output, Role, Start, Transport};
use sockgrade::fault::LaneFault;
use sockgrade::ids::{Participant, ScenarioId};
use sockgrade::plan::{CellPlan, Launch, ProgramPlan};
use sockgrade::record::CellRecord;
use sockgrade::seed::Seed;
use sockgrade::submission::{Tool, Tools};

/// What is between the two programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire {
    /// TCP to 127.0.0.1.
    Tcp,
    /// TCP to `::1`.
    Tcp6,
    /// TCP between two devices with addresses.
    TcpDevices,
    /// UDP to 127.0.0.1.
    Udp,
    /// UDP to `::1`.
    Udp6,
    /// UDP between two devices with addresses.
    UdpDevices,
    /// Unix stream sockets.
    Unix,
}

/// What stands between the programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way<'a> {
    /// Nothing.
    Direct,
    /// The relay.
    Relayed,
    /// The relay, with a fault on the way to this role.
    Faulty(Role, &'a LaneFault),
}

/// A behaviour, and how it is asked.
#[derive(Debug, Clone, Copy)]
struct Question<'a> {
    behaviour: &'a str,
    wire: Wire,
    /// For a behaviour of one who sends and one who receives: which of the two receives.
    receiver: Option<Role>,
}

/// The same answer directly and through the relay: a behaviour, its wires, and an observation that
/// the direct run must make (a behaviour of which nothing is seen would be the same everywhere).
macro_rules! same {
    ($($behaviour:ident on $($wire:ident)+, seen $seen:literal;)+) => {
        $(
            #[test]
            fn $behaviour() {
                for wire in [$(Wire::$wire),+] {
                    check_same(stringify!($behaviour), wire, $seen);
                }
            }
        )+
    };
}

/// What the relay does not hide: a behaviour, its wires, why, and what is seen instead of what.
macro_rules! exceptions {
    ($($behaviour:ident on $($wire:ident)+, because $why:literal: $direct:literal becomes $relayed:literal;)+) => {
        $(
            #[test]
            fn $behaviour() {
                for wire in [$(Wire::$wire),+] {
                    check_exception(stringify!($behaviour), wire, $why, $direct, $relayed);
                }
            }
        )+
    };
}

same! {
    bytes_arrive_both_ways on Tcp Tcp6 TcpDevices Unix, seen "client: got: b'and back'";
    three_megabytes_go_each_way_at_once on Tcp Unix, seen "client: got: 3000000 bytes";
    single_bytes_stay_in_order on Tcp Unix, seen "server: got: 2000 bytes";
    the_client_ends_its_direction_first on Tcp Tcp6 TcpDevices Unix, seen "client: got: b'an answer', then the end";
    the_server_ends_its_direction_first on Tcp Tcp6 TcpDevices Unix, seen "server: got: b'an answer', then the end";
    both_end_their_directions_at_once on Tcp Unix, seen "client: got: b'from the server', then the end";
    much_data_follows_the_half_close_of_the_peer on Tcp Unix, seen "client: got: 1000000 bytes";
    a_close_ends_the_stream on Tcp Unix, seen "client: got: b'', then the end";
    a_connection_without_bytes_ends on Tcp Unix, seen "server: got: b'', then the end";
    the_end_of_a_process_closes_its_connection on Tcp Unix, seen "server: got: b'last words', then the end";
    what_came_before_accept_is_kept on Tcp Unix, seen "server: the first: b'kept', then the end";
    several_connections_keep_apart on Tcp Unix, seen "client: connection 4: b'answer 4'";
    one_of_two_connections_ends_alone on Tcp Unix, seen "client: the second: b'here'";
    a_client_that_nobody_reads_is_blocked on Tcp Unix, seen "client: blocked before 67108864 bytes: True";
    a_server_that_nobody_reads_is_blocked on Tcp Unix, seen "server: blocked before 67108864 bytes: True";
    writing_to_a_closed_server_fails on Tcp Tcp6 Unix, seen "client: sent: EPIPE";
    writing_to_a_closed_client_fails on Tcp Tcp6 Unix, seen "server: sent: EPIPE";
    the_client_stops_reading_and_still_writes on Tcp Unix, seen "server: got: b'still here', then the end";
    a_peek_leaves_what_it_saw on Tcp Unix, seen "server: peeked: b'peek'";

    addresses_are_those_of_the_right_devices on Tcp Tcp6 TcpDevices, seen "server: the client's host is the client's: True";
    accept_tells_the_address_that_getpeername_tells on Tcp Tcp6, seen "server: the same: True";
    two_connections_come_from_two_ports on Tcp, seen "server: two ports: True";
    connecting_where_nothing_listens_is_refused on Tcp Tcp6 TcpDevices, seen "client: connect: 111";
    a_connect_that_does_not_wait_succeeds on Tcp, seen "client: error: 0";
    closing_the_server_with_unread_data_breaks_off on Tcp Tcp6, seen "client: got: b'', then ECONNRESET";
    closing_the_client_with_unread_data_breaks_off on Tcp Tcp6, seen "server: got: b'', then ECONNRESET";
    what_was_sent_before_a_break_arrives on Tcp, seen "client: got: b'last words', then ECONNRESET";
    a_reset_by_the_server_reaches_the_client on Tcp Tcp6 TcpDevices, seen "client: got: b'', then ECONNRESET";
    a_reset_by_the_client_reaches_the_server on Tcp Tcp6 TcpDevices, seen "server: got: b'', then ECONNRESET";
    a_reset_of_a_new_connection_reaches_the_server on Tcp, seen "server: got: b'', then ECONNRESET";
    a_reset_reaches_a_client_that_ended_its_direction on Tcp, seen "client: got: b'', then ECONNRESET";
    a_reset_reaches_a_server_that_ended_its_direction on Tcp, seen "server: got: b'', then ECONNRESET";
    a_reset_wakes_a_blocked_server on Tcp, seen "server: sent: ECONNRESET";
    a_reset_wakes_a_blocked_client on Tcp, seen "client: sent: ECONNRESET";
    a_close_without_reading_wakes_a_blocked_client on Tcp, seen "client: sent: ECONNRESET";
    a_poll_tells_that_the_peer_ended on Tcp, seen "client: the peer's end: True";
    more_clients_than_the_backlog_holds_are_all_served on Tcp, seen "client: answer: b'your turn: served 3'";

    datagrams_keep_their_boundaries on Udp Udp6 UdpDevices, seen "server: got: 1000 bytes";
    an_empty_datagram_arrives on Udp Udp6, seen "client: got: b''";
    large_datagrams_arrive_whole on Udp Udp6 UdpDevices, seen "client: got: 65507 bytes";
    a_short_buffer_cuts_a_datagram on Udp, seen "server: got: b'fits'";
    datagrams_stay_in_order on Udp, seen "server: in order: True";
    datagrams_of_several_sockets_stay_in_order on Udp, seen "server: 3 2 1 0";
    answers_come_from_the_address_that_was_called on Udp Udp6 UdpDevices, seen "client: b'who?' from where it was sent to: True";
    a_socket_keeps_its_address_and_two_have_two on Udp Udp6 UdpDevices, seen "server: from number 1: b'1.2'";
    a_server_passes_on_between_its_clients on Udp, seen "client: first: b'from the second'";
    a_server_may_answer_often_and_late on Udp, seen "client: got: b'late'";
    an_answer_from_another_port_is_seen_as_such on Udp Udp6 UdpDevices, seen "client: from the port that it names: True, the usual one: False";
    a_connected_client_does_not_hear_another_port on Udp, seen "client: got: b'from the usual port'";
    a_client_may_go_on_at_the_port_that_answered on Udp Udp6 UdpDevices, seen "server: at the other port: b'ack 2'";
    connected_sockets_work_both_ways on Udp Udp6 UdpDevices, seen "server: got: b'thanks'";
    a_bound_client_is_answered_at_its_port on Udp UdpDevices, seen "client: got: b'at your port'";
    a_client_that_comes_again_is_a_new_one on Udp, seen "server: another address: True";
    nothing_comes_where_nobody_answers on Udp, seen "client: got: a timeout";
    a_closed_port_of_the_own_device_is_refused on Udp, seen "client: got: ECONNREFUSED";

    connecting_to_a_missing_name_fails on Unix, seen "client: connect: 2";
    connecting_to_a_name_where_nobody_listens_is_refused on Unix, seen "client: connect: 111";
    the_names_of_both_ends_are_right on Unix, seen "client: the server's name: echo.sock";
}

exceptions! {
    urgent_data_is_not_passed_on on Tcp,
        because "it is out of the stream, of one byte at a time, and no exercise asks for it":
        "client: urgent: b'!'" becomes "client: urgent: EINVAL";
    the_server_sees_a_port_of_the_relay on Tcp,
        because "it is the relay that connects, and a client's port is the kernel's choice anyway":
        "server: the client's own port: True" becomes "server: the client's own port: False";
    a_datagram_server_sees_a_port_of_the_relay on Udp,
        because "two clients on two devices may have bound the same port":
        "server: the client's own port: True" becomes "server: the client's own port: False";
    a_server_that_stops_listening_refuses_later on Tcp,
        because "the relay has accepted before it can know; a reset is all that it can still send":
        "client: connect: 111" becomes "client: read: ECONNRESET";
    a_full_backlog_is_hidden on Tcp,
        because "the relay accepts for the server":
        "client: all three are connected: False" becomes "client: all three are connected: True";
    only_the_ports_of_the_exercise_lead_anywhere on Tcp,
        because "the relay listens where the exercise says, and nowhere else":
        "client: connect: 0" becomes "client: connect: 111";
    a_closed_port_of_the_other_device_is_silent on Udp,
        because "ICMP is only passed on where a scenario asks for it":
        "client: came: ECONNREFUSED" becomes "client: came: nothing";
    datagrams_come_one_at_a_time on Udp,
        because "the next one is delivered when the last was read: so no queue can overflow":
        "server: several wait: True" becomes "server: several wait: False";
    a_broken_unix_stream_just_ends on Unix,
        because "a Unix socket has no reset, only unread data makes one, and the relay reads all":
        "client: got: b'', then ECONNRESET" becomes "client: got: b'', then the end";
    file_descriptors_are_not_passed_on on Unix,
        because "they would lead from one device into another":
        "server: b'take' with 1 files" becomes "server: b'take' with 0 files";
}

impl<'a> Question<'a> {
    /// About a server and a client.
    fn new(behaviour: &'a str, wire: Wire) -> Self {
        Self {
            behaviour,
            wire,
            receiver: None,
        }
    }

    /// What its programs print when they came to their end.
    fn ends(self) -> [&'static str; 2] {
        match self.receiver {
            Some(_) => ["receiver: done", "sender: done"],
            None => ["server: done", "client: done"],
        }
    }
}

fn check_same(behaviour: &str, wire: Wire, seen: &str) {
    same_answers(Question::new(behaviour, wire), seen);
}

/// Asks directly and through the empty relay, and returns the answer, which is the same.
fn same_answers<'a>(question: Question<'a>, seen: &str) -> Answer<'a> {
    let direct = Answer::ask(question, Way::Direct);
    direct.must_be_complete(seen);
    let relayed = Answer::ask(question, Way::Relayed);
    assert!(
        direct.lines == relayed.lines && relayed.is_untroubled(),
        "{question:?}: the relay makes a difference\n{direct}{relayed}"
    );
    relayed
}

fn check_exception(behaviour: &str, wire: Wire, why: &str, direct: &str, relayed: &str) {
    let question = Question::new(behaviour, wire);
    let answer = Answer::ask(question, Way::Direct);
    answer.must_be_complete(direct);
    let other = Answer::ask(question, Way::Relayed);
    other.must_be_complete(relayed);
    assert!(
        !other.shows(direct),
        "{behaviour} on {wire:?} is no exception any more ({why})\n{answer}{other}"
    );
}

/// What the programs of one run printed.
struct Answer<'a> {
    question: Question<'a>,
    way: Way<'a>,
    /// The lines of the one, then those of the other.
    lines: Vec<String>,
    record: CellRecord,
}

impl<'a> Answer<'a> {
    fn ask(question: Question<'a>, way: Way<'a>) -> Self {
        let binary = PathBuf::from(env!("CARGO_BIN_EXE_sockgrade"));
        let interrupt = Interrupt::new().expect("there are descriptors left");
        let record = Cells::new(binary, interrupt).run(plan(question, way));
        let record = record.unwrap_or_else(|why| panic!("{question:?} {way:?}: {why}"));
        let mut lines: Vec<String> = Vec::new();
        for program in &record.programs {
            let output = String::from_utf8_lossy(&program.output.bytes()).into_owned();
            lines.extend(output.lines().map(str::to_owned));
        }
        // How the lines of the two mix says nothing.
        lines.sort_by_key(|line| line.split(':').next().map(str::to_owned));
        Self {
            question,
            way,
            lines,
            record,
        }
    }

    fn shows(&self, seen: &str) -> bool {
        self.lines.iter().any(|line| line.starts_with(seen))
    }

    /// Nothing went wrong on our side. That a machine is busy changes no answer, and no matter how
    /// busy it is these tests must pass.
    fn is_untroubled(&self) -> bool {
        let trouble = &self.record.trouble;
        trouble.iter().all(|trouble| trouble.contains("too busy"))
    }

    /// Both programs came to their end, and made this observation.
    fn must_be_complete(&self, seen: &str) {
        for expected in std::iter::once(seen).chain(self.question.ends()) {
            assert!(
                self.shows(expected) && self.is_untroubled(),
                "{:?}: there is no `{expected}`\n{self}",
                self.question,
            );
        }
    }
}

impl std::fmt::Display for Answer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (way, record) = (self.way, &self.record);
        writeln!(
            f,
            "{way:?} (over: {:?}, {:?}):",
            record.over, record.trouble
        )?;
        for line in &self.lines {
            writeln!(f, "  {line}")?;
        }
        for program in &record.programs {
            let (who, ending, doing) = (&program.participant, &program.ending, &program.doing);
            writeln!(f, "  ({who}: {ending:?}, {doing:?})")?;
            let errors = String::from_utf8_lossy(&program.errors.bytes()).into_owned();
            for line in errors.lines() {
                writeln!(f, "  ({who}) {line}")?;
            }
        }
        Ok(())
    }
}

static PYTHON: LazyLock<Tool> = LazyLock::new(|| {
    Tools::from_environment()
        .resolve("python3")
        .expect("the tests need a Python 3")
});

impl Wire {
    fn transport(self) -> Transport {
        match self {
            Self::Tcp | Self::Tcp6 | Self::TcpDevices => Transport::Tcp,
            Self::Udp | Self::Udp6 | Self::UdpDevices => Transport::Udp,
            Self::Unix => Transport::Unix,
        }
    }

    /// The wire between two programs on one device.
    fn on_one_device(self) -> Self {
        match self {
            Self::TcpDevices => Self::Tcp,
            Self::UdpDevices => Self::Udp,
            Self::Tcp | Self::Tcp6 | Self::Udp | Self::Udp6 | Self::Unix => self,
        }
    }

    fn network(self) -> Network {
        match self {
            Self::TcpDevices | Self::UdpDevices => Network::Devices,
            Self::Tcp | Self::Tcp6 | Self::Udp | Self::Udp6 | Self::Unix => Network::Loopback,
        }
    }

    /// The addresses of the server and of the client.
    fn addresses(self) -> [IpAddr; 2] {
        match self {
            Self::Tcp | Self::Udp | Self::Unix => [IpAddr::V4(Ipv4Addr::LOCALHOST); 2],
            Self::Tcp6 | Self::Udp6 => [IpAddr::V6(Ipv6Addr::LOCALHOST); 2],
            Self::TcpDevices | Self::UdpDevices => {
                [2, 1].map(|last| IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)))
            }
        }
    }

    /// The word for it in Python.
    fn word(self) -> &'static str {
        match self {
            Self::Tcp | Self::TcpDevices => "tcp",
            Self::Tcp6 => "tcp6",
            Self::Udp | Self::UdpDevices => "udp",
            Self::Udp6 => "udp6",
            Self::Unix => "unix",
        }
    }
}

fn plan(question: Question<'_>, way: Way<'_>) -> CellPlan {
    /// Outside of what a device gives its own clients.
    const PORT: u16 = 5000;
    let Question {
        behaviour,
        wire,
        receiver,
    } = question;
    let wire = match way {
        Way::Direct => wire.on_one_device(),
        Way::Relayed | Way::Faulty(..) => wire,
    };
    let addresses = wire.addresses();
    let program = |role: Role, side: &str| {
        let mut command = vec![PYTHON.program.display().to_string()];
        command.extend(["-E", "-S", "play.py", wire.word()].map(str::to_owned));
        command.extend(addresses.map(|address| address.to_string()));
        command.extend([PORT.to_string(), side.to_owned(), behaviour.to_owned()]);
        command.extend(receiver.map(|role| role.to_string()));
        ProgramPlan {
            participant: Participant::new(side),
            role,
            launch: Launch {
                command,
                folder: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/conformance")),
                readable: PYTHON.readable.clone(),
                environment: BTreeMap::new(),
            },
            address: (wire.network() == Network::Devices)
                .then_some(addresses[usize::from(role == Role::Client)]),
            host_name: side.to_owned(),
            stdin: None,
            output: Output::Pipe,
        }
    };
    CellPlan {
        scenario: ScenarioId::new(format!("conformance/client/{behaviour}")),
        submission: None,
        seed: Seed(1),
        transport: wire.transport(),
        network: wire.network(),
        host: addresses[0],
        port: PORT,
        given_port: PORT,
        called_port: PORT,
        stale_socket: false,
        packets: false,
        names: Vec::new(),
        deadline_ms: 60_000,
        programs: match way {
            Way::Direct => vec![program(Role::Client, "direct")],
            Way::Relayed | Way::Faulty(..) => vec![
                program(Role::Client, "client"),
                program(Role::Server, "server"),
            ],
        },
        start: Start::ServersFirst,
        script: Vec::new(),
        tolerate: Vec::new(),
        faults: match way {
            Way::Direct | Way::Relayed => BTreeMap::new(),
            Way::Faulty(to, fault) => BTreeMap::from([(to, vec![fault.clone()])]),
        },
        prints: Vec::new(),
        ends: Ends::Exits,
        awaits: Vec::new(),
    }
}
