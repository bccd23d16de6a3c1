//! A megabyte goes through small buffers that fill up in both directions, and comes to its end.

use sockgrade::record::CellRecord;

use super::Place;

const EXERCISE: &str = "version: 1
id: much
title: Much
transport: tcp
host: 127.0.0.1
port: 7777
level: streams
roles:
  server:
    reference: { command: [python3, server.py] }
    ends: exits
    prints: []
  client:
    reference: { command: [python3, client.py] }
    ends: exits
    prints: [\"1000000 bytes came back, all right: True\"]
scenarios:
  server: [much]
  client: [much]
";

/// Sends back what it reads, and reads no more before that was taken.
const SERVER: &str = "import socket
with socket.create_server(('127.0.0.1', 7777)) as listener:
    connection, _ = listener.accept()
    with connection:
        while data := connection.recv(4096):
            connection.sendall(data)
";

const SERVER_IN_C: &str = "#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(7777)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, \"127.0.0.1\", &here.sin_addr);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) < 0 || listen(listener, 1) < 0)
        return 1;
    int connection = accept(listener, 0, 0);
    char buffer[4096];
    ssize_t count;
    while ((count = recv(connection, buffer, sizeof buffer, 0)) > 0)
        for (ssize_t done = 0, sent; done < count; done += sent)
            if ((sent = send(connection, buffer + done, count - done, 0)) < 0)
                return 1;
    return 0;
}
";

/// Sends all of it and reads what comes back meanwhile.
const CLIENT: &str = "import random, socket, threading
data = random.Random(1).randbytes(1000000)
with socket.create_connection(('127.0.0.1', 7777)) as connection:
    def send():
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
    threading.Thread(target=send).start()
    back = b''
    while piece := connection.recv(65536):
        back += piece
print(f'{len(back)} bytes came back, all right: {back == data}')
";

#[test]
fn a_megabyte_comes_through_although_nobody_takes_it_for_a_while() {
    let scenario = |grades: &str| {
        format!(
            "version: 1\ntitle: Much\ngrades: {grades}\npoints: 2\nlevel: basics\nhint: Read on.\n\
             faults:\n  to-server: {{ back-pressure: {{ after: 100 KiB }} }}\n  \
             to-client: {{ back-pressure: {{ after: 100 KiB }} }}\n"
        )
    };
    let place = Place::new()
        .with(
            "own/course.yaml",
            "version: 1\ntitle: Own\nassignments: []\n",
        )
        .with("own/much/exercise.yaml", EXERCISE)
        .with("own/much/handout.md", "# Much\nPort 7777.\n")
        .with("own/much/server.py", SERVER)
        .with("own/much/client.py", CLIENT)
        .with("own/much/server/much.yaml", scenario("server"))
        .with("own/much/client/much.yaml", scenario("client"))
        .with("submissions/python/much_server.py", SERVER)
        .with("submissions/python/much_client.py", CLIENT)
        .with("submissions/c/much_server.c", SERVER_IN_C);
    place
        .sockgrade(&[
            "grade",
            "--course",
            "own",
            "--exercise",
            "much",
            "--jobs",
            "1",
        ])
        .assert()
        .stdout(predicates::str::is_match("(?s)c +2/4.*python +4/4").unwrap());
    for (student, role) in [("python", "server"), ("python", "client"), ("c", "server")] {
        let path = format!("reports/{student}/cells/much/{role}/much/record.json");
        let record: CellRecord = serde_json::from_str(&place.read(&path)).unwrap();
        // Both directions were full until all waited for each other.
        let acted: Vec<bool> = record.faults.iter().map(|fault| fault.acted).collect();
        assert_eq!(acted, [true, true], "{student} {role}");
        eprintln!("{student} {role}: {} ms", record.wall_ms);
    }
}
