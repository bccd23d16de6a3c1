//! Ends that come early or not at all, and bytes that nobody sent.

use std::time::Duration;

use super::{Out, Stage, StreamOut};
use crate::fault::StreamEnd;

/// Hands on so many bytes, then an end; the rest is lost.
#[derive(Debug)]
pub(super) struct Until {
    limit: u64,
    end: StreamEnd,
    passed: u64,
    over: bool,
    /// How many bytes came behind the end. Until that was handed on they count as held, so that the
    /// sender feels that nobody takes them.
    lost: usize,
}

impl Until {
    pub(super) fn new(limit: u64, end: StreamEnd) -> Self {
        Self {
            limit,
            end,
            passed: 0,
            over: false,
            lost: 0,
        }
    }

    fn finish(&mut self, out: &mut Out) {
        if self.passed == self.limit {
            self.over = true;
            let limit = self.limit;
            out.did(match self.end {
                StreamEnd::Fin => format!("ended the stream after {limit} bytes"),
                StreamEnd::Reset => format!("broke the connection off after {limit} bytes"),
            });
            out.end(self.end);
        }
    }
}

impl Stage for Until {
    fn start(&mut self, out: &mut Out) {
        self.finish(out);
    }

    fn take(&mut self, item: StreamOut, _now: Duration, out: &mut Out) {
        match item {
            StreamOut::End(_) if self.over => {}
            StreamOut::End(end) => {
                self.over = true;
                out.end(end);
            }
            StreamOut::Write { bytes, .. } if self.over => self.lost += bytes.len(),
            StreamOut::Write {
                mut bytes,
                boundary,
            } => {
                let left = usize::try_from(self.limit - self.passed).unwrap_or(usize::MAX);
                self.lost += bytes.len().saturating_sub(left);
                bytes.truncate(left);
                self.passed += bytes.len() as u64;
                // A reset takes along what was not read: so that is waited for.
                out.write(bytes, boundary || self.passed == self.limit);
                self.finish(out);
            }
        }
    }

    fn held(&self) -> usize {
        self.lost
    }
}

/// Keeps the orderly end for itself.
#[derive(Debug)]
pub(super) struct Withheld;

impl Stage for Withheld {
    fn take(&mut self, item: StreamOut, _now: Duration, out: &mut Out) {
        if item == StreamOut::End(StreamEnd::Fin) {
            out.did("did not pass on that the other side had stopped sending");
        } else {
            out.items.push(item);
        }
    }
}

/// Puts in bytes of its own.
#[derive(Debug)]
pub(super) struct Stray {
    /// Behind how many bytes; `None` is behind all.
    at: Option<u64>,
    /// Taken when they were put in.
    bytes: Option<Vec<u8>>,
    passed: u64,
}

impl Stray {
    pub(super) fn new(at: Option<u64>, bytes: Vec<u8>) -> Self {
        Self {
            at,
            bytes: Some(bytes),
            passed: 0,
        }
    }

    fn put_in(&mut self, out: &mut Out) {
        if let Some(bytes) = self.bytes.take() {
            out.did(format!(
                "put in {} bytes that nobody had sent, after {} bytes",
                bytes.len(),
                self.passed
            ));
            out.write(bytes, false);
        }
    }
}

impl Stage for Stray {
    fn start(&mut self, out: &mut Out) {
        if self.at == Some(0) {
            self.put_in(out);
        }
    }

    fn take(&mut self, item: StreamOut, _now: Duration, out: &mut Out) {
        match item {
            StreamOut::End(end) => {
                if self.at.is_none() && end == StreamEnd::Fin {
                    self.put_in(out);
                }
                out.end(end);
            }
            StreamOut::Write { bytes, boundary } => {
                let until = self.at.filter(|_| self.bytes.is_some());
                let here = until.map(|at| usize::try_from(at - self.passed).unwrap_or(usize::MAX));
                match here.and_then(|here| bytes.split_at_checked(here)) {
                    Some((before, behind)) => {
                        self.passed += before.len() as u64;
                        out.write(before.to_vec(), false);
                        self.put_in(out);
                        out.write(behind.to_vec(), boundary);
                        self.passed += behind.len() as u64;
                    }
                    None => {
                        self.passed += bytes.len() as u64;
                        out.write(bytes, boundary);
                    }
                }
            }
        }
    }
}
