//! The only wire between devices: it hands on what it reads, and faults act on the way.
//!
//! `stream` has the connections (TCP and Unix), `datagram` the flows (UDP). Either end of both is a
//! socket in a device or a script. The relay decides nothing by itself: what a lane does to its
//! traffic is `fault`'s, and everything that it sees goes to the [`Log`].

pub mod datagram;
pub mod stream;

use std::time::Duration;

use crate::os::clock::Clock;
use crate::transcript::{Event, What};

/// The transcript while it is written.
#[derive(Debug)]
pub struct Log {
    clock: Clock,
    events: Vec<Event>,
}

impl Log {
    /// An empty transcript whose time begins now.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            events: Vec::new(),
        }
    }

    /// The time since the cell began.
    pub fn now(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Writes an event down.
    pub fn add(&mut self, what: What) {
        let at_us = u64::try_from(self.now().as_micros()).unwrap_or(u64::MAX);
        self.events.push(Event { at_us, what });
    }

    /// The events so far.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The whole transcript.
    pub fn into_events(self) -> Vec<Event> {
        self.events
    }
}
