//! Faults as the rules that one writes for them: one line of YAML, as in `faults:` of a scenario.

use std::fmt;

use super::{Cut, DatagramFault, Delay, LaneFault, Pick, StreamFault};
use crate::escape::Bytes;
use crate::units::{Size, Time};

impl StreamFault {
    /// The key of its rule.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pieces(_) => "pieces",
            Self::Reframed(_) => "reframed",
            Self::Joined { .. } => "joined",
            Self::BackPressure { .. } => "back-pressure",
            Self::Delay(_) => "delay",
            Self::Slow(_) => "slow",
            Self::Late => "late",
            Self::EndAfter(_) => "end-after",
            Self::EndWithheld => "end",
            Self::ResetAfter(_) => "reset-after",
            Self::Stray { .. } => "stray",
        }
    }
}

impl DatagramFault {
    /// The key of its rule.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Drop(_) => "drop",
            Self::Duplicate { .. } => "duplicate",
            Self::Reorder(_) => "reorder",
            Self::Hold(_) => "hold",
            Self::Delay { .. } => "delay",
            Self::Truncate { .. } => "truncate",
            Self::Corrupt { .. } => "corrupt",
            Self::Stray { .. } => "stray",
            Self::PortSwitch(_) => "port-switch",
        }
    }

    /// Which datagrams it hits.
    pub fn pick(&self) -> &Pick {
        match self {
            Self::Drop(pick)
            | Self::Duplicate { pick, .. }
            | Self::Reorder(pick)
            | Self::Hold(pick)
            | Self::Delay { pick, .. }
            | Self::Truncate { pick, .. }
            | Self::Corrupt { pick, .. }
            | Self::Stray { before: pick, .. }
            | Self::PortSwitch(pick) => pick,
        }
    }
}

impl LaneFault {
    /// The key of its rule.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Stream(fault) => fault.word(),
            Self::Datagram(fault) => fault.word(),
            Self::Refused { .. } => "refused",
        }
    }
}

impl fmt::Display for LaneFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.word();
        match self {
            Self::Stream(fault) => write!(f, "{word}: {}", Stream(fault)),
            Self::Datagram(fault) => write!(f, "{word}: {}", Datagram(fault)),
            Self::Refused { from } => write!(f, "{word}: {{ from: {from} }}"),
        }
    }
}

/// What stands behind the key.
struct Stream<'a>(&'a StreamFault);

impl fmt::Display for Stream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            StreamFault::Pieces(cut) | StreamFault::Reframed(cut) => cut.fmt(f),
            StreamFault::Joined { messages: None } => f.write_str("until-idle"),
            StreamFault::Joined {
                messages: Some(messages),
            } => write!(f, "{{ messages: {messages} }}"),
            StreamFault::BackPressure {
                until_opposite: true,
                ..
            } => f.write_str("until-opposite"),
            StreamFault::BackPressure { after: 0, .. } => f.write_str("from-the-start"),
            StreamFault::BackPressure { after, .. } => write!(f, "{{ after: {} }}", Size(*after)),
            StreamFault::Delay(delay) => match delay {
                Delay::By(time) => time.fmt(f),
                Delay::Jitter(..) | Delay::Each(_) => write!(f, "{{ {delay} }}"),
            },
            StreamFault::Slow(rate) => rate.fmt(f),
            StreamFault::Late => f.write_str("until-opposite"),
            StreamFault::EndAfter(bytes) | StreamFault::ResetAfter(bytes) => Size(*bytes).fmt(f),
            StreamFault::EndWithheld => f.write_str("withheld"),
            StreamFault::Stray { at, bytes } => {
                f.write_str("{ ")?;
                if let Some(at) = at {
                    write!(f, "at: {}, ", Size(*at))?;
                }
                write!(f, "bytes: {} }}", Hex(bytes))
            }
        }
    }
}

/// What stands behind the key.
struct Datagram<'a>(&'a DatagramFault);

impl fmt::Display for Datagram<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            DatagramFault::Drop(pick)
            | DatagramFault::Duplicate { pick, stale: false }
            | DatagramFault::Reorder(pick)
            | DatagramFault::Hold(pick)
            | DatagramFault::PortSwitch(pick) => pick.fmt(f),
            DatagramFault::Duplicate { pick, stale: true } => write!(f, "{{ stale: {pick} }}"),
            DatagramFault::Delay {
                delay: Delay::By(time),
                pick: Pick::All,
            } => time.fmt(f),
            DatagramFault::Delay { delay, pick } => write!(f, "{{ {delay}{} }}", Among(pick)),
            DatagramFault::Truncate { to, pick } => {
                write!(f, "{{ to: {}{} }}", Size(*to), Among(pick))
            }
            DatagramFault::Corrupt { byte, bit, pick } => {
                write!(f, "{{ byte: {byte}, bit: {bit}{} }}", Among(pick))
            }
            DatagramFault::Stray { before, bytes } => {
                write!(f, "{{ before: {before}, bytes: {} }}", Hex(bytes))
            }
        }
    }
}

/// The datagrams that a rule with several keys is about.
struct Among<'a>(&'a Pick);

impl fmt::Display for Among<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Pick::All => Ok(()),
            pick @ (Pick::Numbers(_) | Pick::Chance(_) | Pick::Burst { .. }) => {
                write!(f, ", datagrams: {pick}")
            }
        }
    }
}

/// Bytes as YAML that never needs quoting rules.
struct Hex<'a>(&'a Bytes);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<String> = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        write!(f, "{{ hex: \"{}\" }}", pairs.join(" "))
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sizes(sizes) => write!(f, "{{ sizes: {sizes:?} }}"),
            Self::At(offsets) => write!(f, "{{ at: {offsets:?} }}"),
            Self::Inside(text) => write!(f, "{{ inside: {} }}", Hex(text)),
            Self::InsideUtf8 => f.write_str("{ inside: utf-8 }"),
            Self::Random(most) => write!(f, "{{ random: {most} }}"),
        }
    }
}

impl fmt::Display for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Numbers(numbers) => write!(f, "{numbers:?}"),
            Self::Chance(chance) => write!(f, "{{ chance: {chance} }}"),
            Self::Burst { enter, leave } => {
                write!(f, "{{ burst: {{ enter: {enter}, leave: {leave} }} }}")
            }
        }
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::By(time) => write!(f, "by: {time}"),
            Self::Jitter(time, jitter) => write!(f, "by: {time}, jitter: {jitter}"),
            Self::Each(times) => {
                let times: Vec<String> = times.iter().map(Time::to_string).collect();
                write!(f, "each: [{}]", times.join(", "))
            }
        }
    }
}
