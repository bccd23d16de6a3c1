//! Known bytes found at the beginning of what came, where some differences cost nothing.
//!
//! The rules are those of the comparison with the reference ([`Tolerated`]), for a text of which the
//! rest may still be on its way: a `\r` at its end may become a line end, or not.

use crate::course::Tolerated;

/// What came, beside what should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Matched {
    /// All of it: so many bytes of what came.
    All(usize),
    /// Its beginning, or what may still become it.
    Begins,
    /// Something else.
    Differs,
}

/// What stands at a place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Here {
    /// A line end with what costs nothing before it: so many bytes, with a `\r` that counts.
    LineEnd(usize, bool),
    /// What more may make a line end of.
    Open,
    /// Something else.
    Other,
}

/// Looks for bytes at the beginning of what came. Once it is `over`, nothing more will come.
pub(super) fn matched(expected: &[u8], came: &[u8], tolerate: &[Tolerated], over: bool) -> Matched {
    if tolerate.is_empty() {
        return if came.starts_with(expected) {
            Matched::All(expected.len())
        } else if expected.starts_with(came) {
            Matched::Begins
        } else {
            Matched::Differs
        };
    }
    let (mut at, mut taken) = (0, 0);
    loop {
        let (wanted, there) = (&expected[at..], &came[taken..]);
        let Some(next) = wanted.first() else {
            return Matched::All(taken);
        };
        let line_end = here(wanted, tolerate);
        match (line_end, here(there, tolerate)) {
            (Here::LineEnd(length, returned), Here::LineEnd(found, with)) if returned == with => {
                at += length;
                taken += found;
            }
            (Here::LineEnd(..), Here::Open) if !over => return Matched::Begins,
            (Here::LineEnd(length, _), _)
                if over
                    && length == wanted.len()
                    && costs_nothing(there, tolerate)
                    && tolerate.contains(&Tolerated::FinalNewline) =>
            {
                return Matched::All(came.len());
            }
            _ if there.is_empty() => return Matched::Begins,
            _ if there.first() == Some(next) => {
                at += 1;
                taken += 1;
            }
            _ => return Matched::Differs,
        }
    }
}

/// True for the end of a text that may be there or not.
pub(super) fn costs_nothing(rest: &[u8], tolerate: &[Tolerated]) -> bool {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let rest = match rest {
        [before @ .., b'\r', b'\n'] | [before @ .., b'\n']
            if tolerate.contains(&Tolerated::FinalNewline) =>
        {
            before
        }
        rest => rest,
    };
    rest.is_empty() || tolerate.contains(&Tolerated::TrailingBlanks) && rest.iter().all(blank)
}

fn here(text: &[u8], tolerate: &[Tolerated]) -> Here {
    let blanks = if tolerate.contains(&Tolerated::TrailingBlanks) {
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
        text.iter().take_while(blank).count()
    } else {
        0
    };
    match &text[blanks..] {
        [b'\n', ..] => Here::LineEnd(blanks + 1, false),
        [b'\r', b'\n', ..] => Here::LineEnd(blanks + 2, !tolerate.contains(&Tolerated::Crlf)),
        [] | [b'\r'] => Here::Open,
        [..] => Here::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Tolerated; 3] = [
        Tolerated::Crlf,
        Tolerated::FinalNewline,
        Tolerated::TrailingBlanks,
    ];

    #[track_caller]
    fn check(tolerate: &[Tolerated], expected: &str, came: &str, open: Matched, over: Matched) {
        let look = |over| matched(expected.as_bytes(), came.as_bytes(), tolerate, over);
        assert_eq!(look(false), open, "more may come");
        assert_eq!(look(true), over, "nothing more comes");
    }

    #[test]
    fn a_line_may_end_either_way() {
        use Matched::{All, Begins, Differs};
        let crlf = [Tolerated::Crlf];
        check(&crlf, "a\nb\n", "a\r\nb\r\nc", All(6), All(6));
        check(&crlf, "a\r\nb", "a\nb", All(3), All(3));
        check(&crlf, "a\n", "a\r", Begins, Differs);
        check(&crlf, "a\n", "a\rb", Differs, Differs);
        check(&crlf, "a\n", "a", Begins, Begins);
        check(&crlf, "a\rb", "a\rb", All(3), All(3));
        check(&[], "a\n", "a\r\n", Differs, Differs);
    }

    #[test]
    fn blanks_at_the_end_of_a_line_count_only_where_more_follows() {
        use Matched::{All, Begins, Differs};
        let blanks = [Tolerated::TrailingBlanks];
        check(&blanks, "a\nb", "a \t\nb", All(5), All(5));
        check(&blanks, "a  \nb", "a\nb", All(3), All(3));
        check(&blanks, "a\n", "a  ", Begins, Differs);
        check(&blanks, "a b\n", "a b\n", All(4), All(4));
        check(&blanks, "a\n", "a b\n", Differs, Differs);
        check(&blanks, "a\n", "a \r\n", Differs, Differs);
        check(&ALL, "a\n", "a \r\n", All(4), All(4));
    }

    #[test]
    fn a_newline_at_the_very_end_may_be_missing() {
        use Matched::{All, Begins, Differs};
        let newline = [Tolerated::FinalNewline];
        check(&newline, "a\n", "a", Begins, All(1));
        check(&newline, "a\nb\n", "a", Begins, Begins);
        check(&newline, "a\n", "ab", Differs, Differs);
        check(&newline, "a", "a\n", All(1), All(1));
        assert!(costs_nothing(b"\n", &newline) && costs_nothing(b"\r\n", &newline));
        assert!(!costs_nothing(b"\n\n", &newline) && !costs_nothing(b" ", &newline));
        assert!(costs_nothing(b" \t", &ALL) && costs_nothing(b"", &[]));
        assert!(!costs_nothing(b"\n", &[]));
    }
}
