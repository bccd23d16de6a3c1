//! The end of a run: a last look at everything, the programs are stopped, the record is written.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use super::clients::lane_names;
use super::program::{Program, State};
use super::rest::{self, Rest};
use super::run::{Run, poll_for};
use crate::course::{Role, Transport};
use crate::fault::{LaneFault, Outcome};
use crate::ids::Participant;
use crate::os::{ports, procfs};
use crate::packet::DevicePackets;
use crate::record::{
    self, Captured, CellRecord, Ending, FaultRecord, Isolation, Over, ProgramRecord,
};

/// How long a program that is told to stop may take.
pub(super) const GRACE: Duration = Duration::from_millis(500);

/// Above this delay of our own loop, time-outs of datagram programs (a second, in our exercises) are
/// not theirs alone; nor are they when a reference waited this long for a CPU in all.
const LATE: Duration = Duration::from_millis(400);
const REFERENCE_LATE: Duration = Duration::from_millis(800);

impl Run<'_> {
    /// What there is so far, for the judge's eyes.
    pub(super) fn snapshot(&self) -> CellRecord {
        self.record(Over::Seen, self.log.events().to_vec(), Vec::new())
    }

    pub(super) fn record(
        &self,
        over: Over,
        events: Vec<crate::transcript::Event>,
        mut more: Vec<ProgramRecord>,
    ) -> CellRecord {
        if more.is_empty() {
            more = self.programs.iter().map(program_record).collect();
        }
        let earlier = self.programs.iter().flat_map(|program| &program.earlier);
        more.splice(0..0, earlier.cloned());
        let late = if self.has_time_outs() {
            self.latest
        } else {
            Duration::ZERO
        };
        CellRecord {
            schema: record::SCHEMA.to_owned(),
            scenario: self.plan.scenario.clone(),
            submission: self.plan.submission.clone(),
            seed: self.plan.seed,
            course: None,
            isolation: self.level,
            graded: self.plan.programs[0].participant.clone(),
            events,
            programs: more,
            script: self.plan.script.clone(),
            faults: self.fault_records(),
            over,
            trouble: self.trouble.clone(),
            wall_ms: u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX),
            late_ms: u64::try_from(late.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// What became of the planned faults.
    fn fault_records(&self) -> Vec<FaultRecord> {
        let lanes = self.lane_outcomes();
        let mut records = Vec::new();
        for (to, rules) in &self.plan.faults {
            // Faults of a lane stand in the order of the plan, without those of connecting.
            let mut index = 0;
            for rule in rules {
                let mut record = FaultRecord {
                    to: *to,
                    rule: rule.clone(),
                    acted: false,
                    missed: Vec::new(),
                    repeats: Vec::new(),
                };
                match rule {
                    // Whoever connects from then on finds nobody there.
                    LaneFault::Refused { from } => {
                        record.acted = self.attempts + 1 >= *from && self.was_refused();
                    }
                    LaneFault::Stream(_) | LaneFault::Datagram(_) => {
                        let met = lanes.iter().filter(|lane| lane.to == *to);
                        let met =
                            met.filter_map(|lane| Some((&lane.name, lane.outcomes.get(index)?)));
                        record.add(met);
                        index += 1;
                    }
                }
                records.push(record);
            }
        }
        records
    }

    /// What became of the faults of every lane.
    fn lane_outcomes(&self) -> Vec<LaneOutcomes> {
        let streams = self.connections.iter().map(|one| {
            let earlier = self
                .connections
                .iter()
                .take_while(|other| other.id != one.id);
            let ordinal = earlier.filter(|other| other.names == one.names).count() + 1;
            let names = lane_names(&one.names).map(|name| format!("{name} {ordinal}"));
            (&one.names, names, one.outcomes())
        });
        let datagrams = self.flows.outcomes();
        let datagrams = datagrams.map(|(names, outcomes)| (names, lane_names(names), outcomes));
        let mut lanes = Vec::new();
        for (participants, names, outcomes) in streams.chain(datagrams) {
            let towards = [&participants[1], &participants[0]];
            for ((to, name), outcomes) in towards.into_iter().zip(names).zip(outcomes) {
                let to = self.role_of(to);
                lanes.push(LaneOutcomes { to, name, outcomes });
            }
        }
        lanes
    }

    /// The role that a participant plays; whoever is no program is played by the script.
    fn role_of(&self, participant: &Participant) -> Role {
        let mut programs = self.programs.iter();
        let program = programs.find(|one| one.plan.participant == *participant);
        program.map_or(self.plan.programs[0].role.other(), |one| one.plan.role)
    }

    /// Looks at everything once more, ends the programs, and writes the record.
    pub(super) fn finish(mut self, over: Over) -> io::Result<(CellRecord, Vec<DevicePackets>)> {
        self.look_for_datagram_trouble()?;
        self.look_for_others_that_did_not_listen()?;
        self.look_for_taken_ports()?;
        for index in 0..self.programs.len() {
            let program = &mut self.programs[index];
            if program.is_running() && program.plan.role.listens() {
                program.look_for_listeners(self.plan, &mut self.diags[index])?;
            }
        }
        let mut records: Vec<ProgramRecord> = self.programs.iter().map(program_record).collect();
        for program in &mut self.programs {
            program.output.begin_anew();
        }
        let graded = &mut records[0];
        graded.doing = rest::doing(&self.programs[0], &mut self.diags[0])?;
        (graded.strayed, graded.without_a_way) = self.strayed()?;
        graded.at_rest = rest::look(&self.programs[..1])? == Rest::Proven;
        graded.cpu_ms = graded
            .cpu_ms
            .max(procfs::cpu_ms(self.programs[0].child.init())?);
        if self.programs[0].has_ended() {
            graded.left_behind = self.left_behind()?;
        } else if self.programs[0].plan.role.listens() {
            if self.programs[0].place.is_none() {
                let (program, diag) = (&self.programs[0], &mut self.diags[0]);
                graded.listens_otherwise = program.waits_otherwise(self.plan, diag)?;
            }
            let ready = self.programs[0].place.is_some();
            graded.serves = match self.plan.transport {
                Transport::Udp => Some(ready && !graded.listens.is_empty()),
                Transport::Tcp | Transport::Unix => self.takes_a_client()?,
            };
            if graded.serves.is_none() {
                self.was_too_busy();
            }
        }
        let events = self.log.events().to_vec();
        self.stop_graded()?;
        for (record, program) in records.iter_mut().zip(&mut self.programs) {
            if !program.has_ended() {
                program.child.kill();
            }
            // What only the end brought out had been stuck in a buffer.
            while program.output.read(&mut self.buffer)?.is_some() {}
            record.late_output = program.output.captured();
        }
        let packets = self.packets()?;
        Ok((self.record(over, events, records), packets))
    }

    /// Datagrams that a queue of the kernel lost are our loss, not the student's; and where datagram
    /// programs wait with time-outs, so is the time that the wire or a reference waited for a CPU.
    pub(super) fn look_for_datagram_trouble(&mut self) -> io::Result<()> {
        if self.plan.transport != Transport::Udp {
            return Ok(());
        }
        self.look_at_waits()?;
        let others = self.programs[1..].iter();
        let waited = others.map(|program| program.waited).max();
        let waited = waited.unwrap_or_default();
        if self.has_time_outs() && (self.latest > LATE || waited > REFERENCE_LATE) {
            let late = self.latest.max(waited).as_millis();
            self.trouble.push(format!(
                "this machine was too busy: the wire was held up for {late} ms"
            ));
        }
        for diag in &mut self.diags {
            if diag.udp()?.iter().any(|socket| socket.dropped > 0) {
                self.trouble.push("the kernel dropped datagrams".to_owned());
            }
        }
        Ok(())
    }

    /// True where a program may give up by a clock of its own: scripts do not, and of programs only those
    /// that wait for datagrams.
    fn has_time_outs(&self) -> bool {
        let mut programs = self.programs.iter();
        self.plan.transport == Transport::Udp
            && programs.any(|program| program.plan.role != Role::Server)
    }

    /// Notes how long programs have waited for a CPU, where that is asked for: threads that have ended
    /// do not tell.
    pub(super) fn look_at_waits(&mut self) -> io::Result<()> {
        if !self.has_time_outs() {
            return Ok(());
        }
        for program in &mut self.programs {
            let now = procfs::waited_for_cpu(program.child.init())?;
            let waited = Duration::from_nanos(now.max(program.child.waited_ns));
            program.waited = program.waited.max(waited);
        }
        Ok(())
    }

    /// A client whose server never listened was not tested, nor was a program whose turn did not come
    /// because another one did not get ready.
    fn look_for_others_that_did_not_listen(&mut self) -> io::Result<()> {
        let in_vain = self.programs[0].state == State::Staged;
        for (program, diag) in self.programs.iter().zip(&mut self.diags).skip(1) {
            let awaited = in_vain || program.plan.role == Role::Server;
            if !awaited || program.state == State::Staged || program.place.is_some() {
                continue;
            }
            let participant = &program.plan.participant;
            self.trouble.push(if program.has_ended() {
                let errors = String::from_utf8_lossy(program.errors.head()).into_owned();
                let last = errors.lines().next_back().unwrap_or("it printed no error");
                format!("the {participant} ended before it listened: {last}")
            } else {
                let doing = rest::doing(program, diag)?.join(", ");
                format!("the {participant} did not begin to listen in time; it {doing}")
            });
        }
        Ok(())
    }

    /// On a network that all share, another program may have taken the graded server's port since it
    /// was last seen to be free. That is not the student's doing.
    fn look_for_taken_ports(&mut self) -> io::Result<()> {
        let graded = &self.programs[0];
        let in_vain = graded.plan.role.listens() && graded.place.is_none();
        if self.level == Isolation::Namespaces || !in_vain {
            return Ok(());
        }
        for port in [self.plan.given_port, self.plan.port] {
            let held = ports::held_by_others(port, self.plan.transport)?;
            self.trouble.extend(held);
        }
        Ok(())
    }

    /// How many processes outlived their program. Those that are just ending are given the time.
    pub(super) fn left_behind(&mut self) -> io::Result<u32> {
        let given = self.allow(GRACE)?;
        loop {
            let over = self.is_over(&given)?;
            let left = procfs::processes(self.programs[0].child.init())?.len();
            let settled = left == 0 || rest::look(&self.programs[..1])? == Rest::Proven;
            if !settled && over == Some(false) {
                self.was_too_busy();
            }
            if settled || over.is_some() {
                return Ok(u32::try_from(left).unwrap_or(u32::MAX));
            }
            poll_for(&[], Duration::from_millis(1))?;
        }
    }

    /// Tells the graded program to stop and gives it time to; what it still prints is kept.
    pub(super) fn stop_graded(&mut self) -> io::Result<()> {
        if !self.programs[0].is_running() {
            return Ok(());
        }
        self.programs[0].child.terminate();
        let given = self.allow(GRACE)?;
        while self.programs[0].is_running() && self.is_over(&given)?.is_none() {
            self.programs[0].pump(&mut self.buffer, &mut self.log)?;
            let fds: Vec<BorrowedFd<'_>> = self.programs[0]
                .interest()
                .into_iter()
                .map(|(fd, _)| fd)
                .collect();
            if self.programs[0].is_running() {
                poll_for(&fds, Duration::from_millis(5))?;
            }
        }
        Ok(())
    }
}

/// What became of the faults of one lane.
struct LaneOutcomes {
    to: Role,
    name: String,
    outcomes: Vec<Outcome>,
}

impl FaultRecord {
    /// Takes in what became of the fault in each lane that has it.
    fn add<'a>(&mut self, met: impl Iterator<Item = (&'a String, &'a Outcome)>) {
        let mut missed: Option<BTreeSet<u64>> = None;
        for (lane, outcome) in met {
            self.acted |= outcome.acted;
            let here: BTreeSet<u64> = outcome.missed.iter().copied().collect();
            missed = Some(match missed {
                Some(so_far) => so_far.intersection(&here).copied().collect(),
                None => here,
            });
            let repeat = outcome.repeat.clone();
            self.repeats.extend(repeat.map(|rule| (lane.clone(), rule)));
        }
        self.missed = missed.into_iter().flatten().collect();
    }
}

pub(super) fn program_record(program: &Program) -> ProgramRecord {
    ProgramRecord {
        participant: program.plan.participant.clone(),
        role: program.plan.role,
        command: program.plan.launch.command.clone(),
        ending: match &program.state {
            State::Ended(ending) => ending.clone(),
            State::Staged => Ending::NeverStarted("its turn did not come".to_owned()),
            State::Running => Ending::Stopped,
        },
        listens: program.listens.clone(),
        listens_otherwise: Vec::new(),
        ready: program.place.is_some(),
        serves: None,
        doing: Vec::new(),
        at_rest: false,
        cpu_ms: program.child.cpu_ms,
        waited_ms: u64::try_from(program.waited.as_millis()).unwrap_or(u64::MAX),
        left_behind: 0,
        late_output: Captured::default(),
        strayed: Vec::new(),
        without_a_way: 0,
        output: program.output.captured(),
        errors: program.errors.captured(),
    }
}
