//! The integration tests, as one binary: a module for each thing that is tested from outside.

#![expect(
    clippy::unwrap_used,
    reason = "in a test, a panic is how a failure is told"
)]

mod bugs;
mod cli;
mod conformance;
mod deploy;
mod disturbed;
mod endings;
mod fixtures;
mod layers;
mod pieces;
mod priority;
mod rest;
mod texts;
