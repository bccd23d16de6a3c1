// A small class, really graded: sample submissions, fixtures of the course, and a hostile hand-in.

import { execFile } from "node:child_process";
import { appendFile, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const SOCKGRADE = process.env.SOCKGRADE ?? path.join(ROOT, "target/debug/sockgrade");
const FIXTURES = path.join(ROOT, "scenarios/fixtures/programs");
const SCENARIOS = [
  "tcp-echo/*", "udp-echo/*", "udp-pinger/client/basic", "udp-pinger/client/lost-first",
  "udp-pinger/client/hidden-loss",
];
/** The one of them that students see nothing of. */
const HIDDEN = "udp-pinger/client/hidden-loss";

/** Who hands in which fixtures. */
const STUDENTS = {
  amina: { "tcp_echo_server.py": "tcp-echo/server/slide.py", "udp_echo_client.py": "udp-echo/client/right.py" },
  bo: { "tcp_echo_server.py": "tcp-echo/server/right.py" },
  chen: { "tcp-echo-server.c": "tcp-echo/server/slide.c" },
  dara: { "tcp_echo_server.py": "tcp-echo/server/right_socketserver.py", "udp_pinger_client.py": "udp-pinger/client/right.py" },
};
const SAMPLES = ["first-recv-only", "one-client-no-timeout", "right-c", "right-python"];

/** Its name and its output try to be something else than text. */
const HOSTILE = "zoe \"><script>alert('name')<!-- \u202e\ufffe\x1b[2J";
const HOSTILE_SERVER = `# Echoes, and adds what nobody asked for.
import socket, sys
evil = "</script></title></svg><script>alert('output')</script><img src=x onerror=alert(1)>\\x1b[2J\\u202e\\ufffe\\u2028&lt;"
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind(("127.0.0.1", 50007))
s.listen(5)
while True:
    conn, addr = s.accept()
    print("Connected by", addr, evil, flush=True)
    print(evil, file=sys.stderr, flush=True)
    print("x" * 10_000_000, flush=True)
    while data := conn.recv(65536):
        conn.sendall(evil.encode() + data)
    conn.close()
`;

/** Grades the class into a new folder, with the hostile hand-in or without; tells where the reports are. */
export async function graded({ hostile = true, scenarios = SCENARIOS } = {}) {
  const place = await mkdtemp(path.join(tmpdir(), "sockgrade-class-"));
  const submissions = path.join(place, "submissions");
  for (const name of SAMPLES) {
    await cp(path.join(ROOT, "submissions", name), path.join(submissions, name), { recursive: true });
  }
  for (const [name, programs] of Object.entries(STUDENTS)) {
    const folder = path.join(submissions, name);
    await mkdir(folder, { recursive: true });
    for (const [file, fixture] of Object.entries(programs)) {
      await cp(path.join(FIXTURES, fixture), path.join(folder, file));
    }
  }
  if (hostile) {
    await mkdir(path.join(submissions, HOSTILE));
    await writeFile(path.join(submissions, HOSTILE, "tcp_echo_server.py"), HOSTILE_SERVER);
  }
  const course = path.join(place, "course");
  await cp(path.join(ROOT, "scenarios"), course, { recursive: true });
  await appendFile(path.join(course, `${HIDDEN}.yaml`), "hidden: true\n");
  const reports = path.join(place, "reports");
  const words = ["grade", submissions, "--course", course, "--out", reports, "--jobs", "4"];
  for (const scenario of scenarios) words.push("--scenario", scenario);
  try {
    await promisify(execFile)(SOCKGRADE, words, { cwd: place, maxBuffer: 1 << 26 });
  } catch (error) {
    // Points were lost, as they should be.
    if (error.code !== 1) throw new Error(`sockgrade ended with ${error.code}: ${error.stderr}`);
  }
  return { reports, remove: () => rm(place, { recursive: true, force: true }) };
}
