//! What `sockgrade replay` shows: the whole transcript of a run as aligned lines.
//!
//! Each line has the time in milliseconds, who did it to whom, and what; the step that failed is
//! marked. The order is that in which the cell saw the events; between a print and a packet it says
//! nothing about the program, which may have done both in any order. On a terminal, what does not fit
//! goes on below.

mod row;

pub(super) use self::row::ending;
use self::row::{Row, SCRIPT, bytes, counted, name, words};
use super::entry::line;
use super::paragraph::{beside, columns, fill};
use super::style::{Look, Tone};
use crate::course::Step;
use crate::ids::Participant;
use crate::judge::what_became_of;
use crate::record::{CellRecord, Over, ProgramRecord};
use crate::transcript::What;

/// The transcript, how each program ended, and why the run was over.
pub fn transcript(record: &CellRecord, look: Look) -> String {
    let mut lines = heading(record, look);
    lines.push(String::new());
    let width = width(record);
    lines.push(format!(
        "{:>11}  {:<width$}     {:<width$}  {}",
        "ms", "from", "to", "what"
    ));
    for event in &record.events {
        lines.extend(Row::of(record, event).drawn(width, look));
    }
    lines.extend(not_reached(record, width, look));
    lines.push(String::new());
    for program in &record.programs {
        lines.extend(ended(record, program, look));
    }
    let said = |text: &str| beside("", 2, text, look.room(0));
    lines.extend(said(&format!(
        "The run was over after {} ms: {}.",
        record.wall_ms,
        over(record.over)
    )));
    for text in record.faults.iter().flat_map(what_became_of) {
        lines.extend(said(&format!("On the wire: {}.", line(&text))));
    }
    for trouble in &record.trouble {
        let text = said(&format!("TROUBLE on our side: {}", line(trouble)));
        lines.extend(text.iter().map(|text| look.paint(Tone::Aside, text)));
    }
    lines.join("\n") + "\n"
}

fn heading(record: &CellRecord, look: Look) -> Vec<String> {
    let whose = match &record.submission {
        Some(id) => format!("the program of {}", line(id.as_str())),
        None => "the reference".to_owned(),
    };
    let text = format!(
        "{} with {whose} as {}, seed {}",
        record.scenario,
        name(&record.graded),
        record.seed.0
    );
    let lines = fill(&text, look.room(0)).into_iter();
    lines.map(|text| look.paint(Tone::Strong, &text)).collect()
}

/// The steps behind the last one that was tried.
fn not_reached(record: &CellRecord, width: usize, look: Look) -> Vec<String> {
    let tried = record.events.iter().filter_map(|event| match &event.what {
        What::Stepped { number, .. } => Some(number + 1),
        _ => None,
    });
    let tried = tried.max().unwrap_or(0);
    // As wide as the columns of a row that are empty here.
    let gap = width + 6;
    let line = |(number, step): (usize, &Step)| {
        let text = format!("step {}: {}: not reached", number + 1, words(record, step));
        let front = format!("{:>11}  {SCRIPT:<width$}{:gap$}", "-", "");
        beside(&front, columns(&front), &text, look.room(0))
    };
    record
        .script
        .iter()
        .enumerate()
        .skip(tried)
        .flat_map(line)
        .collect()
}

fn ended(record: &CellRecord, program: &ProgramRecord, look: Look) -> Vec<String> {
    let graded = if program.participant == record.graded {
        ", which is graded"
    } else {
        ""
    };
    let mut runs = record.runs_of(&program.participant);
    let run = match runs.clone().count() {
        0 | 1 => String::new(),
        all => {
            let number = runs.position(|one| std::ptr::eq(one, program));
            format!(", run {} of {all}", number.map_or(all, |number| number + 1))
        }
    };
    let text = format!(
        "{} ({}){graded}{run}: {}; {} ms of CPU time",
        name(&program.participant),
        program.role,
        ending(&program.ending),
        program.cpu_ms,
    );
    let mut lines = beside("", 2, &text, look.room(0));
    let mut say = |text: String| lines.extend(beside("", 6, &text, look.room(0)));
    if !program.listens.is_empty() {
        let listens: Vec<String> = program.listens.iter().map(|one| line(one)).collect();
        let right = if program.ready {
            ""
        } else {
            ", which is not what the exercise asks for"
        };
        say(format!("listened on {}{right}", listens.join(", ")));
    }
    for doing in &program.doing {
        say(format!("at the end one thread {}", line(doing)));
    }
    if program.at_rest {
        say("was at rest at the end: each of its threads waited".to_owned());
    }
    match program.serves {
        Some(true) => say("took a further client at the end".to_owned()),
        Some(false) => say("took no further client at the end".to_owned()),
        None => {}
    }
    if program.left_behind > 0 {
        let left = counted(u64::from(program.left_behind), "process", "processes");
        say(format!("left {left} behind"));
    }
    for (which, captured) in [("output", &program.output), ("error", &program.errors)] {
        if captured.cut > 0 {
            say(format!(
                "{} of standard {which} were not kept",
                bytes(captured.cut)
            ));
        }
    }
    lines
}

fn over(over: Over) -> &'static str {
    match over {
        Over::Done => "the other side was done",
        Over::Seen => "everything that was waited for had been seen",
        Over::AtRest => "every program waited and nothing more could happen",
        Over::Deadline => "the deadline was reached",
    }
}

/// The columns of the longest name that occurs.
fn width(record: &CellRecord) -> usize {
    let mut width = SCRIPT.len();
    let mut meet = |who: &Participant| width = width.max(name(who).chars().count());
    record
        .programs
        .iter()
        .for_each(|one| meet(&one.participant));
    for event in &record.events {
        match &event.what {
            What::Connected { from, to, .. } | What::Refused { from, to, .. } => {
                meet(from);
                meet(to);
            }
            What::Sent { by, .. } | What::Ended { by, .. } | What::DatagramSent { by, .. } => {
                meet(by);
            }
            What::Delivered { to, .. }
            | What::EndDelivered { to, .. }
            | What::DatagramDelivered { to, .. }
            | What::Fault { to, .. } => meet(to),
            What::Started { participant }
            | What::Ready { participant, .. }
            | What::Printed { participant, .. }
            | What::Exited { participant } => meet(participant),
            What::Stepped { .. } => {}
        }
    }
    width.min(24)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::report::style::Style;

    #[test]
    fn a_run_reads_like_this() {
        insta::assert_snapshot!(transcript(&sample::record(), Look::default()));
    }

    #[test]
    fn colours_change_no_word() {
        let coloured = transcript(&sample::record(), Style::On.into());
        let plain = transcript(&sample::record(), Look::default());
        assert_ne!(coloured, plain);
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
    }
}
