//! The scenario files word for word.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::{Argument, Ends, Level, Role, Signal, Start, StepEnd};
use super::{Form, ListOr, OneOrMany, RawExpect, RawMessage, RawPrint, RawRule, RawText, RawWire};
use crate::units::{Chance, Rate, Share, Size, Time};

/// A scenario: one scripted test of one role.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "scenario")]
pub(in super::super) struct RawScenario {
    /// The version of the format: 1.
    pub(in super::super) version: u32,
    /// One line that says what is tested: "Echoes a message that arrives in small pieces".
    pub(in super::super) title: String,
    /// The role that it grades.
    pub(in super::super) grades: Role,
    /// What it is worth.
    #[schemars(range(max = 1000))]
    pub(in super::super) points: u32,
    /// What of the points single comparisons are worth; the rest is for all others together.
    pub(in super::super) check_points: Option<RawCheckPoints>,
    /// From which level on it counts.
    pub(in super::super) level: Level,
    /// Scenarios of the same exercise and role that must have passed before: a name or a list.
    pub(in super::super) needs: Option<Form<String, Vec<String>>>,
    /// Bugs of the catalogue that it exposes: `[T01, T04]`.
    #[serde(default)]
    pub(in super::super) exposes: Vec<String>,
    /// True where students see only that it exists.
    #[serde(default)]
    pub(in super::super) hidden: bool,
    /// Command line of the graded program, where it differs from the role's.
    pub(in super::super) arguments: Option<Vec<Argument>>,
    /// Standard input of the graded program, where it differs from the role's.
    pub(in super::super) stdin: Option<RawText>,
    /// When the graded program is started.
    pub(in super::super) start: Option<Start>,
    /// Leaves the file of a Unix socket where the graded program wants its own, as an earlier run
    /// would (transport `unix`).
    #[serde(default)]
    pub(in super::super) stale_socket: bool,
    /// Reference programs that play the other side, or `nobody`.
    pub(in super::super) with: Option<Form<RawWith, Vec<RawPlayer>>>,
    /// What the other side does, step by step.
    pub(in super::super) script: Option<Vec<RawStep>>,
    /// What happens to the traffic towards a role, or a profile for both directions.
    pub(in super::super) faults: Option<Form<String, RawFaults>>,
    /// What must be printed, where it differs from the role's.
    pub(in super::super) prints: Option<Vec<Form<String, RawPrint>>>,
    /// How the program must finish, where it differs from the role's.
    pub(in super::super) ends: Option<Ends>,
    /// How strictly what it sends is compared, where it differs from the role's.
    pub(in super::super) wire: Option<Form<RawRule, RawWire>>,
    /// What a student is told who failed it.
    pub(in super::super) hint: Option<String>,
}

/// Points of single comparisons.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawCheckPoints {
    /// For what the program prints.
    #[schemars(range(max = 1000))]
    pub(in super::super) prints: Option<u32>,
    /// For how its connections end.
    #[schemars(range(max = 1000))]
    pub(in super::super) end: Option<u32>,
    /// For how it finishes.
    #[schemars(range(max = 1000))]
    pub(in super::super) ending: Option<u32>,
}

/// Who is on the other side, as one word.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum RawWith {
    /// Nothing listens and nothing connects.
    Nobody,
}

/// A reference program on the other side.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawPlayer {
    /// The role that it plays; without it, the other one.
    pub(in super::super) role: Option<Role>,
    /// Its label and the name of its device.
    pub(in super::super) label: Option<String>,
    /// Its standard input, where it differs from the role's.
    pub(in super::super) stdin: Option<RawText>,
    /// Its command line, where it differs from the role's.
    pub(in super::super) arguments: Option<Vec<Argument>>,
}

/// One step of a script.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum RawStep {
    /// A new client with this name connects (UDP: takes a port of its own).
    Connect(String),
    /// Waits for the graded client's connection (UDP: its first datagram) and gives it this name.
    Accept(String),
    /// Sends these bytes, or one datagram.
    Send(Form<String, RawMessage>),
    /// Waits for exactly these bytes, or this datagram; the word `nothing`: sees that nothing comes.
    Expect(Form<String, RawExpect>),
    /// Waits for the end of the other direction, with nothing before it; `open`: sees that it does
    /// not end.
    ExpectEnd(Form<StepEnd, RawExpectEnd>),
    /// Ends this participant's direction (half-close).
    End(String),
    /// Closes this participant's connection.
    Close(String),
    /// Breaks this participant's connection off with a reset.
    Reset(String),
    /// Waits for the program under test.
    Wait(Form<RawWait, RawWaitFor>),
    /// Starts the program under test; where this comes before every `stop` and `restart`, it is not
    /// started before.
    Start(RawProgram),
    /// Tells the program under test to stop (SIGTERM), and ends it where it does not.
    Stop(RawProgram),
    /// Stops the program under test and starts it again on the same device.
    Restart(RawProgram),
    /// Writes to the standard input of the program under test; the word `end` ends it.
    Stdin(RawText),
    /// Sends a signal to the program under test. Behind `wait: rest` it comes at a known place.
    Signal(Signal),
    /// Waits until one of several things has come true; the first of them counts.
    OneOf(Vec<RawAlternative>),
    /// The whole conversation, as this participant.
    Converse(String),
    /// The whole conversations of these participants, line by line in turn.
    Interleave(Vec<String>),
}

/// One of several things that can come: exactly one of `expect`, `expect-end` and `wait`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawAlternative {
    /// Exactly these bytes come, or this datagram; the word `nothing`: nothing comes.
    pub(in super::super) expect: Option<Form<String, RawExpect>>,
    /// The other direction ends, with nothing before it; `open`: it does not end.
    pub(in super::super) expect_end: Option<Form<StepEnd, RawExpectEnd>>,
    /// What the program under test does.
    pub(in super::super) wait: Option<Form<RawWait, RawWaitFor>>,
    /// What of the scenario's points it gives: `50%`; without it, all.
    pub(in super::super) credit: Option<Share>,
}

/// How the other direction must end, and for whom.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawExpectEnd {
    /// Whose connection; without it, that of the participant who was named last.
    #[serde(rename = "as")]
    pub(in super::super) participant: Option<String>,
    /// How it ends.
    pub(in super::super) how: StepEnd,
}

/// Who is started and stopped.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum RawProgram {
    /// The program under test.
    Program,
}

/// What the program under test is waited for to do.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum RawWait {
    /// It is at rest: it waits for something and nothing is left for it to read.
    Rest,
    /// It has ended by itself.
    Exit,
}

/// The same, where more has to be said.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum RawWaitFor {
    /// A line with this text stands on its standard output, behind those that were waited for
    /// before. A text without a newline behind it is not seen.
    Prints(String),
}

/// What happens to the traffic towards each role.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawFaults {
    /// To what the client sends.
    pub(in super::super) to_server: Option<RawLane>,
    /// To what the server sends.
    pub(in super::super) to_client: Option<RawLane>,
    /// To what the other peer sends.
    pub(in super::super) to_peer: Option<RawLane>,
}

impl RawFaults {
    /// The faults that are there, with the role that they lead to and their key.
    pub(in super::super) fn iter(&self) -> impl Iterator<Item = (Role, &'static str, &RawLane)> {
        [
            (Role::Server, "to-server", &self.to_server),
            (Role::Client, "to-client", &self.to_client),
            (Role::Peer, "to-peer", &self.to_peer),
        ]
        .into_iter()
        .filter_map(|(role, key, lane)| Some((role, key, lane.as_ref()?)))
    }
}

/// A profile for a whole direction.
pub(in super::super) type RawLane = Form<String, RawRules>;

/// A fault, or several that act one after the other.
pub(in super::super) type RawRules = OneOrMany<RawFault>;

/// Faults that are written once and used by name.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawProfile {
    /// One line that says what it is like.
    pub(in super::super) title: String,
    /// What happens to streams.
    pub(in super::super) streams: Vec<RawFault>,
    /// What happens to datagrams.
    pub(in super::super) datagrams: Vec<RawFault>,
}

/// A fault: exactly one kind.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum RawFault {
    /// Streams: delivered in pieces, the next one when the last was read.
    Pieces(RawCut),
    /// Streams: delivered in pieces that ignore where the messages end; what makes no whole piece
    /// is held until more comes, nobody goes on, or the stream ends.
    Reframed(RawCut),
    /// Streams: held and then sent as one.
    Joined(RawJoined),
    /// Streams: the sender is not read from, until nobody goes on (zero window).
    BackPressure(RawBackPressure),
    /// Streams: delivered at no more than this rate: `2 KiB/s`.
    Slow(Rate),
    /// Streams: held until the receiver sends something itself.
    Late(RawLate),
    /// Streams: an orderly end after so many bytes; the rest is lost.
    EndAfter(Size),
    /// Streams: that the sender stopped sending is not passed on.
    End(RawEnd),
    /// Streams: a reset after so many bytes; the rest is lost.
    ResetAfter(Size),
    /// Nothing listens, from this attempt to connect on.
    Refused(RawRefused),
    /// Delivered later by a time: `200ms`.
    Delay(Form<Time, RawDelay>),
    /// What the sender did not send. Streams: bytes at an offset. Datagrams: one from a stranger's
    /// address, before another one.
    Stray(RawStray),
    /// Datagrams: lost.
    Drop(ListOr<RawPick>),
    /// Datagrams: delivered twice.
    Duplicate(ListOr<RawDuplicate>),
    /// Datagrams: delivered after the one that follows.
    Reorder(ListOr<RawPick>),
    /// Datagrams: held until the next one of the opposite direction.
    Hold(ListOr<RawPick>),
    /// Datagrams: cut off.
    Truncate(RawTruncate),
    /// Datagrams: one bit is flipped.
    Corrupt(RawCorrupt),
    /// Datagrams: delivered from another port of the sender's.
    PortSwitch(ListOr<RawPick>),
}

/// Where a stream is cut.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum RawCut {
    /// Pieces of so many bytes, over and over.
    Sizes(Vec<u64>),
    /// After so many bytes from the start of the stream.
    At(Vec<u64>),
    /// After each byte but the last of every occurrence of this text; the word `utf-8` cuts every
    /// character that has more than one byte.
    Inside(RawText),
    /// Pieces of 1 to so many bytes, decided by the seed.
    Random(u64),
}

/// Until when a stream is held.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum RawJoined {
    /// Until the sender is idle or ends.
    UntilIdle,
    /// Until so many messages came.
    Messages(u32),
}

/// From where on a sender is not read from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum RawBackPressure {
    /// From the first byte.
    FromTheStart,
    /// After so many bytes.
    After(Size),
    /// From the first byte, until the receiver sends something itself.
    UntilOpposite,
}

/// Until when a stream is late.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum RawLate {
    /// Until the receiver sends something itself.
    UntilOpposite,
}

/// What becomes of the sender's orderly end.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum RawEnd {
    /// It is not passed on.
    Withheld,
}

/// The first attempt to connect that is refused.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawRefused {
    /// Its number; the first is 1.
    pub(in super::super) from: u32,
}

/// By how much something is late: `by` or `each`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawDelay {
    /// All by this time: `200ms`.
    pub(in super::super) by: Option<Time>,
    /// Up to this time more, decided by the seed; in a stream for every 1,460 bytes.
    pub(in super::super) jitter: Option<Time>,
    /// One after the other by these times, in a stream every 1,460 bytes; those behind are not late.
    pub(in super::super) each: Option<Vec<Time>>,
    /// Which datagrams; all if nothing is said.
    pub(in super::super) datagrams: Option<ListOr<RawPick>>,
}

/// What the sender did not send.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawStray {
    /// Streams: behind so many bytes of the sender; without it behind all of them, before the end.
    pub(in super::super) at: Option<Size>,
    /// Datagrams: before which.
    pub(in super::super) before: Option<ListOr<RawPick>>,
    /// What comes.
    pub(in super::super) bytes: RawText,
}

/// How datagrams are cut off.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawTruncate {
    /// So many bytes are left.
    pub(in super::super) to: Size,
    /// Which datagrams; all if nothing is said.
    pub(in super::super) datagrams: Option<ListOr<RawPick>>,
}

/// Which bit is flipped.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawCorrupt {
    /// The offset of the byte; a shorter datagram stays as it is.
    pub(in super::super) byte: u64,
    /// The bit, 0 to 7, 0 being the lowest.
    pub(in super::super) bit: u8,
    /// Which datagrams; all if nothing is said.
    pub(in super::super) datagrams: Option<ListOr<RawPick>>,
}

/// Which datagrams are hit, where not by number.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum RawPick {
    /// All of them.
    All,
    /// Each with this probability: `30%`.
    Chance(Chance),
    /// In bursts (Gilbert-Elliott).
    Burst(RawBurst),
}

/// How bursts begin and end.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawBurst {
    /// The probability that a burst begins with the next datagram.
    pub(in super::super) enter: Chance,
    /// The probability that it ends before the next datagram.
    pub(in super::super) leave: Chance,
}

/// Which datagrams are delivered twice, where not by number.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum RawDuplicate {
    /// All of them.
    All,
    /// Each with this probability: `30%`.
    Chance(Chance),
    /// In bursts (Gilbert-Elliott).
    Burst(RawBurst),
    /// The second copy of these comes after the next datagram of the opposite direction.
    Stale(ListOr<RawPick>),
}
