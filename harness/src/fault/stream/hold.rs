//! What is held: until more comes, until an event, or for a time.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Out, Stage, StreamOut};
use crate::fault::{Delay, Delays, Event, StreamFault};
use crate::seed::Dice;
use crate::units::Rate;

fn bytes_in<'a>(items: impl IntoIterator<Item = &'a StreamOut>) -> usize {
    let sizes = items.into_iter().map(|item| match item {
        StreamOut::Write { bytes, .. } => bytes.len(),
        StreamOut::End(_) => 0,
    });
    sizes.sum()
}

/// How what is done to a stream begins, in words, where it takes time.
const DELAYED: &str = "delivered the stream late";
const SLOWED: &str = "passed the stream on";
const HELD: &str = "held the stream";

/// True for a deed after which each part of the stream waits for its time.
pub fn is_timed(deed: &str) -> bool {
    deed.starts_with(DELAYED) || deed.starts_with(SLOWED)
}

/// True for a deed that is told once and goes on with the rest of the stream.
pub fn goes_on(deed: &str) -> bool {
    is_timed(deed) || deed.starts_with(HELD)
}

/// Makes one message of several.
#[derive(Debug)]
pub(super) struct Joined {
    wanted: Option<u32>,
    messages: u32,
    waiting: Vec<u8>,
}

impl Joined {
    pub(super) fn new(wanted: Option<u32>) -> Self {
        Self {
            wanted,
            messages: 0,
            waiting: Vec::new(),
        }
    }

    fn flush(&mut self, out: &mut Out) {
        if self.messages > 1 {
            out.did(format!("joined {} messages into one", self.messages));
        }
        self.messages = 0;
        out.write(std::mem::take(&mut self.waiting), false);
    }
}

impl Stage for Joined {
    fn take(&mut self, item: StreamOut, _now: Duration, out: &mut Out) {
        match item {
            StreamOut::Write { bytes, .. } => {
                self.waiting.extend(bytes);
                self.messages += 1;
                if self.wanted.is_some_and(|wanted| self.messages >= wanted) {
                    self.flush(out);
                }
            }
            StreamOut::End(end) => {
                self.flush(out);
                out.end(end);
            }
        }
    }

    fn event(&mut self, event: Event, _now: Duration, out: &mut Out) {
        if event == Event::Rest {
            self.flush(out);
        }
    }

    fn held(&self) -> usize {
        self.waiting.len()
    }

    fn awaits_rest(&self) -> bool {
        !self.waiting.is_empty()
    }
}

/// Lets nothing in from a byte on, until nobody goes on, or until the receiver sends something itself.
#[derive(Debug)]
pub(super) struct BackPressure {
    after: u64,
    until_opposite: bool,
    passed: u64,
    released: bool,
}

impl BackPressure {
    pub(super) fn new(after: u64, until_opposite: bool) -> Self {
        Self {
            after,
            until_opposite,
            passed: 0,
            released: false,
        }
    }
}

impl Stage for BackPressure {
    fn take(&mut self, item: StreamOut, _now: Duration, out: &mut Out) {
        self.passed += bytes_in([&item]) as u64;
        out.items.push(item);
    }

    fn event(&mut self, event: Event, _now: Duration, out: &mut Out) {
        match event {
            // Who sends with a time-out is never proven to be at rest.
            Event::Rest | Event::Quiet if !self.admits() => {
                self.released = true;
                out.did("stopped reading until both sides were waiting");
            }
            Event::Opposite if self.until_opposite && !self.admits() => {
                self.released = true;
                out.did("stopped reading until something came the other way");
            }
            Event::Rest | Event::Quiet | Event::Opposite | Event::Due => {}
        }
    }

    fn awaits_rest(&self) -> bool {
        !self.admits()
    }

    fn admits(&self) -> bool {
        self.released || self.passed < self.after
    }
}

/// Parts of a second in which a slow stream moves.
const STEPS: u64 = 100;

/// So much of a stream has a delay of its own, as the usual segment has: how much the relay reads at
/// once is luck, and must decide nothing.
const SEGMENT: u64 = 1460;

/// The delays of the segments of a stream.
#[derive(Debug)]
struct Segments {
    delays: Delays,
    /// How many have their delay, and that of the last.
    drawn: u64,
    delay: Duration,
    passed: u64,
}

impl Segments {
    /// The longest delay of those that the next bytes belong to; an end belongs to the last byte.
    fn next(&mut self, bytes: u64) -> Duration {
        let before = self.passed;
        self.passed += bytes;
        let begins_one = bytes > 0 && before.is_multiple_of(SEGMENT);
        let mut longest = if begins_one {
            Duration::ZERO
        } else {
            self.delay
        };
        while self.drawn < self.passed.div_ceil(SEGMENT).max(1) {
            self.delay = self.delays.next();
            self.drawn += 1;
            longest = longest.max(self.delay);
        }
        longest
    }
}

/// When something is handed on.
#[derive(Debug)]
enum Pace {
    /// Later by a time.
    Delay(Box<Segments>),
    /// At so many bytes in a second.
    Rate(Rate),
}

/// Hands everything on when its time has come, in order.
#[derive(Debug)]
pub(super) struct Timed {
    pace: Pace,
    /// When the last of what waits is due: nothing overtakes in a stream.
    last: Duration,
    waiting: VecDeque<(Duration, StreamOut)>,
}

impl Timed {
    fn new(pace: Pace) -> Self {
        Self {
            pace,
            last: Duration::ZERO,
            waiting: VecDeque::new(),
        }
    }

    pub(super) fn delayed(delay: Delay, dice: Dice) -> Self {
        Self::new(Pace::Delay(Box::new(Segments {
            delays: Delays::new(delay, dice),
            drawn: 0,
            delay: Duration::ZERO,
            passed: 0,
        })))
    }

    pub(super) fn slow(rate: Rate) -> Self {
        Self::new(Pace::Rate(rate))
    }

    /// Lets bytes wait that pass at this rate, a step after the other.
    fn pass_at(&mut self, rate: Rate, bytes: &[u8], boundary: bool) {
        let step = usize::try_from(rate.0 / STEPS).unwrap_or(usize::MAX);
        let mut steps = bytes.chunks(step.max(1)).peekable();
        while let Some(bytes) = steps.next() {
            self.last += rate.time_for(bytes.len() as u64);
            let item = StreamOut::Write {
                bytes: bytes.to_vec(),
                boundary: boundary && steps.peek().is_none(),
            };
            self.waiting.push_back((self.last, item));
        }
    }
}

impl Stage for Timed {
    fn take(&mut self, item: StreamOut, now: Duration, out: &mut Out) {
        match (&mut self.pace, item) {
            (Pace::Delay(segments), item) => {
                let delay = segments.next(bytes_in([&item]) as u64);
                self.last = self.last.max(now + delay);
                if self.last > now {
                    out.goes_on(DELAYED);
                }
                self.waiting.push_back((self.last, item));
            }
            (Pace::Rate(rate), StreamOut::Write { bytes, boundary }) => {
                let rate = *rate;
                out.goes_on(format!("{SLOWED} at {rate}"));
                self.last = self.last.max(now);
                self.pass_at(rate, &bytes, boundary);
            }
            (Pace::Rate(_), item @ StreamOut::End(_)) => {
                self.waiting.push_back((self.last.max(now), item));
            }
        }
        self.event(Event::Due, now, out);
    }

    fn event(&mut self, event: Event, now: Duration, out: &mut Out) {
        if event == Event::Due {
            while self.waiting.front().is_some_and(|(due, _)| *due <= now) {
                let next = self.waiting.pop_front();
                out.items.extend(next.map(|(_, item)| item));
            }
        }
    }

    fn held(&self) -> usize {
        bytes_in(self.waiting.iter().map(|(_, item)| item))
    }

    fn due(&self) -> Option<Duration> {
        self.waiting.front().map(|(due, _)| *due)
    }

    fn realised(&self) -> Option<StreamFault> {
        match &self.pace {
            Pace::Delay(segments) => segments.delays.realised().map(StreamFault::Delay),
            Pace::Rate(_) => None,
        }
    }
}

/// Holds everything until the receiver sends something itself.
#[derive(Debug, Default)]
pub(super) struct Late {
    waiting: Vec<StreamOut>,
}

impl Stage for Late {
    fn take(&mut self, item: StreamOut, _now: Duration, _out: &mut Out) {
        self.waiting.push(item);
    }

    fn event(&mut self, event: Event, _now: Duration, out: &mut Out) {
        match event {
            Event::Opposite | Event::Rest if !self.waiting.is_empty() => {
                let until = match event {
                    Event::Opposite => "something came the other way",
                    Event::Rest | Event::Quiet | Event::Due => "both sides were waiting",
                };
                out.goes_on(format!("{HELD} until {until}"));
                out.items.append(&mut self.waiting);
            }
            Event::Opposite | Event::Rest | Event::Quiet | Event::Due => {}
        }
    }

    fn held(&self) -> usize {
        bytes_in(&self.waiting)
    }

    fn awaits_rest(&self) -> bool {
        !self.waiting.is_empty()
    }
}
