//! `--pcap`: what went over the wire, read back by readers that share no code with the writer: one in
//! Python, written from the specification, and Wireshark's own where it is there.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

use super::{Place, RIGHT_SERVER, has};

/// A client for `tcp-echo` that takes a broken connection as it comes.
const CLIENT: &str = r#"
import socket
try:
    with socket.create_connection(("127.0.0.1", 50007)) as connection:
        connection.sendall(b"Hello, world")
        got = b""
        while len(got) < 12 and (data := connection.recv(1024)):
            got += data
        print("Received:", got.decode())
except ConnectionResetError:
    print("broken off")
"#;

/// A client for `udp-echo` that tries again when no answer comes.
const DATAGRAM_CLIENT: &str = r#"
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.settimeout(0.3)
    client.connect(("127.0.0.1", 50000))
    for attempt in range(3):
        try:
            client.send(b"Hello, UDP World!")
            print(client.recv(1024).decode())
            break
        except OSError as error:
            print("no answer:", error)
"#;

/// A file as the reader in Python sees it.
struct File(Value);

impl File {
    fn read(path: &Path) -> Self {
        let reader = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cli/read_pcapng.py");
        let output = Command::new("python3").arg(reader).arg(path).assert();
        let output = output.success().get_output().stdout.clone();
        Self(serde_json::from_slice(&output).unwrap())
    }

    fn packets(&self) -> &[Value] {
        self.0["packets"].as_array().unwrap()
    }

    /// How many packets have this flag, or ICMP type and code.
    fn count(&self, flag: &str) -> usize {
        let has = |packet: &&Value| {
            let flags = packet["flags"].as_array();
            flags.is_some_and(|flags| flags.iter().any(|one| one == flag))
        };
        self.packets().iter().filter(has).count()
    }

    /// The comments that there are, in the order of the packets.
    fn comments(&self) -> Vec<&str> {
        self.packets()
            .iter()
            .filter_map(|packet| packet["comment"].as_str())
            .filter(|comment| !comment.is_empty())
            .collect()
    }
}

/// Replays a scenario and returns the packets of one device.
fn replay(program: &str, source: &str, scenario: &str, device: &str) -> (Place, File) {
    let place = Place::new().with(program, source);
    let words = ["replay", scenario, "--pcap", "packets"];
    let status = place.sockgrade(&words).output().unwrap().status.code();
    assert!(matches!(status, Some(0 | 1)), "{status:?}");
    let file = File::read(&place.path(&format!("packets/{device}.pcapng")));
    (place, file)
}

#[test]
fn every_packet_of_a_connection_is_there_with_its_time() {
    let (_place, file) = replay(
        "tcp_echo_server.py",
        RIGHT_SERVER,
        "tcp-echo/server/basic",
        "server",
    );
    let interface = &file.0["interfaces"];
    assert_eq!(interface.as_array().unwrap().len(), 1);
    assert_eq!(interface[0]["name"], "server");
    assert_eq!(interface[0]["link"], 1, "Ethernet");
    assert_eq!(interface[0]["resolution"], 9, "nanoseconds");
    assert_eq!(file.0["dropped"], 0);
    assert_eq!(file.0["received"], file.packets().len());
    // Both sides of one connection open it and end it; loopback shows each packet once.
    assert_eq!((file.count("SYN"), file.count("FIN")), (2, 2), "{}", file.0);
    assert_eq!(file.count("RST"), 0);
    assert_eq!(file.comments(), Vec::<&str>::new());
    let time = |packet: &Value| {
        let part = |name: &str| packet[name].as_u64().unwrap();
        (part("seconds"), part("nanoseconds"))
    };
    let times: Vec<(u64, u64)> = file.packets().iter().map(time).collect();
    assert!(times.is_sorted(), "{times:?}");
    // Between 2020 and 2100: with another unit it would be in another millennium.
    assert!((1_577_836_800..4_102_444_800).contains(&times[0].0));
    // Nine packets at a time that ends in three zeros are no chance.
    assert!(times.iter().any(|(_, nanos)| nanos % 1000 != 0));
}

#[test]
fn pieces_say_which_they_are_and_what_they_waited_for() {
    let (_place, file) = replay(
        "tcp_echo_server.py",
        RIGHT_SERVER,
        "tcp-echo/server/pieces",
        "server",
    );
    let comments = file.comments();
    assert_eq!(
        comments[..2],
        [
            "cut the stream into pieces; piece 1 of the stream, 1 byte",
            "piece 2 of the stream, 2 bytes, held until piece 1 was read",
        ]
    );
    let carrying = file
        .packets()
        .iter()
        .find(|packet| packet["comment"] == comments[1]);
    assert_eq!(carrying.unwrap()["data"], 2);
}

#[test]
fn a_reset_is_seen_and_said() {
    let (place, file) = replay(
        "tcp_echo_client.py",
        CLIENT,
        "tcp-echo/client/reset",
        "client",
    );
    assert!(file.count("RST") > 0, "{}", file.0);
    let did = "broke the connection off after 3 bytes";
    let reset = file
        .packets()
        .iter()
        .find(|packet| packet["comment"] == did);
    assert_eq!(reset.unwrap()["flags"][0], "RST", "{}", file.0);
    // On the server's side the same is told of what it sent.
    let server = File::read(&place.path("packets/server.pcapng"));
    assert!(server.comments().contains(&did), "{:?}", server.comments());
}

#[test]
fn a_lost_datagram_says_so_where_it_was_sent() {
    let (_place, file) = replay(
        "udp_echo_client.py",
        DATAGRAM_CLIENT,
        "udp-echo/client/lost-request",
        "client",
    );
    let sent = |packet: &&Value| packet["protocol"] == "UDP" && packet["data"] == 17;
    let count = file.packets().iter().filter(sent).count();
    assert_eq!(count, 3);
    assert_eq!(
        file.comments(),
        [
            "dropped datagram 1",
            "dropped datagram 2",
            "dropped datagram 3"
        ]
    );
}

#[test]
fn icmp_errors_are_seen() {
    let (_place, file) = replay(
        "udp_echo_client.py",
        DATAGRAM_CLIENT,
        "udp-echo/client/port-closed",
        "client",
    );
    assert!(file.count("3/3") > 0, "port unreachable: {}", file.0);
}

#[test]
fn devices_with_addresses_show_their_whole_wire() {
    let client = r#"
import socket, sys
with socket.create_connection(("10.0.0.2", 6000)) as connection:
    connection.sendall(sys.stdin.read().encode())
"#;
    let (_place, file) = replay(
        "tcp_message_client.py",
        client,
        "tcp-message/client/basic",
        "client",
    );
    assert_eq!((file.count("SYN"), file.count("FIN")), (2, 2), "{}", file.0);
    let arp = |packet: &Value| packet["protocol"] == "ethernet 0806";
    assert!(file.packets().iter().any(arp));
}

#[test]
fn grading_writes_packets_beside_the_records_where_asked() {
    let place = Place::new().with("submissions/alice/tcp_echo_server.py", RIGHT_SERVER);
    let words = ["grade", "--scenario", "tcp-echo/server/basic"];
    let file = "reports/alice/cells/tcp-echo/server/basic/server.pcapng";
    place.sockgrade(&words).assert().code(0);
    assert!(!place.path(file).exists());
    place
        .sockgrade(&[&words[..], &["--pcap"]].concat())
        .assert()
        .code(0);
    assert!(File::read(&place.path(file)).count("SYN") > 0);
}

#[test]
fn checking_needs_to_know_where_packets_go() {
    let place = Place::new().with("tcp_echo_server.py", RIGHT_SERVER);
    place
        .sockgrade(&["check", "--pcap"])
        .assert()
        .code(2)
        .stderr(has("--out"));
}

#[test]
#[cfg_attr(lacks = "tshark", ignore = "this machine lacks tshark")]
fn wireshark_reads_it() {
    let (place, file) = replay(
        "tcp_echo_server.py",
        RIGHT_SERVER,
        "tcp-echo/server/pieces",
        "server",
    );
    let fields = ["-T", "fields", "-e", "tcp.flags.syn", "-e", "frame.comment"];
    let output = Command::new("tshark")
        .arg("-r")
        .arg(place.path("packets/server.pcapng"))
        .args(fields)
        .assert()
        .success();
    let text = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    assert_eq!(text.lines().count(), file.packets().len());
    let comments: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split('\t').nth(1).filter(|text| !text.is_empty()))
        .collect();
    assert_eq!(comments, file.comments());
}
