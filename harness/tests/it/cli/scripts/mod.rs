//! Each step of a script with small real programs, right ones and wrong ones, in a course of its own.

mod outcome;
mod program;
mod receive;
mod restart;

use super::Place;

/// A scenario with a script, and a program that passes it.
struct Trial {
    transport: &'static str,
    role: &'static str,
    script: String,
    more: String,
    right: String,
}

impl Trial {
    /// A TCP server.
    fn server(script: &str, right: impl Into<String>) -> Self {
        Self {
            transport: "tcp",
            role: "server",
            script: script.to_owned(),
            more: String::new(),
            right: right.into(),
        }
    }

    /// A TCP client.
    fn client(script: &str, right: impl Into<String>) -> Self {
        Self {
            role: "client",
            ..Self::server(script, right)
        }
    }

    /// With datagrams.
    fn udp(self) -> Self {
        Self {
            transport: "udp",
            ..self
        }
    }

    /// With further keys of the scenario.
    fn with(self, more: &str) -> Self {
        Self {
            more: more.to_owned(),
            ..self
        }
    }

    fn place(&self, wrong: &[(&str, &str)]) -> Place {
        let Self {
            transport,
            role,
            script,
            more,
            right,
        } = self;
        let exercise = format!(
            "version: 1\nid: own\ntitle: Own\ntransport: {transport}\nhost: 127.0.0.1\nport: 7777\n\
             level: robust\nroles:\n  {role}:\n    reference: {{ command: [python3, right.py] }}\n    \
             ends: survives\n    wire: ignore\nscenarios:\n  {role}: [test]\n"
        );
        let scenario = format!(
            "version: 1\ntitle: A test\ngrades: {role}\npoints: 4\nlevel: basics\nhint: Look.\n\
             script:\n{script}{more}"
        );
        let mut place = Place::new()
            .with(
                "own/course.yaml",
                "version: 1\ntitle: Own\nassignments: []\n",
            )
            .with("own/own/exercise.yaml", exercise)
            .with("own/own/handout.md", "# Own\nPort 7777.\n")
            .with("own/own/right.py", right)
            .with("own/own/data.bin", b"\x00\xff file\r\n")
            .with(&format!("own/own/{role}/test.yaml"), scenario);
        for (number, (program, _)) in wrong.iter().enumerate() {
            let ending = if program.contains("#include") {
                "c"
            } else {
                "py"
            };
            place = place.with(
                &format!("submissions/wrong-{number}/own_{role}.{ending}"),
                program,
            );
        }
        place.with(&format!("submissions/right/own_{role}.py"), right)
    }

    /// The right program passes, and each wrong one fails with these words.
    #[track_caller]
    fn tells(&self, wrong: &[(&str, &str)]) -> Place {
        let place = self.place(wrong);
        let output = place.sockgrade(&["grade", "--course", "own"]).output();
        let output = String::from_utf8(output.unwrap().stdout).unwrap();
        let report = |who: &str| {
            let report = place.json(&format!("reports/{who}/report.json"));
            report["scenarios"][0].clone()
        };
        let right = report("right");
        assert_eq!(right["verdict"], "passed", "{right:#}\n{output}");
        for (number, (_, message)) in wrong.iter().enumerate() {
            let wrong = report(&format!("wrong-{number}"));
            assert_eq!(wrong["verdict"], "failed", "wrong-{number}: {wrong:#}");
            let findings = wrong["findings"].as_array().unwrap();
            let told: Vec<&str> = findings
                .iter()
                .map(|finding| finding["message"].as_str().unwrap())
                .collect();
            assert!(
                told.join("\n").contains(message),
                "wrong-{number}: {message:?} is not in {told:#?}"
            );
        }
        place
    }
}
