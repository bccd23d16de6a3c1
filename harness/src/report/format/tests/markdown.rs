//! The report in Markdown, as a library understands it.

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::*;
use crate::report::format::markdown::render;

fn events(text: &str) -> Vec<Event<'_>> {
    Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).collect()
}

#[test]
fn a_report_reads_like_this() {
    insta::assert_snapshot!(render(&ForStudent::of(&sample::report())));
}

#[test]
fn a_library_sees_a_table_for_each_program_and_a_block_for_each_lost_test() {
    let text = render(&ForStudent::of(&sample::report()));
    let events = events(&text);
    let number = |is: fn(&Tag<'_>) -> bool| {
        let starts = events.iter();
        starts
            .filter(|event| matches!(event, Event::Start(tag) if is(tag)))
            .count()
    };
    assert_eq!(number(|tag| matches!(tag, Tag::Table(_))), 2);
    assert_eq!(number(|tag| matches!(tag, Tag::TableRow)), 6);
    // Two notices, and three tests that lost points and are not hidden.
    assert_eq!(number(|tag| matches!(tag, Tag::CodeBlock(_))), 5);
    assert_eq!(number(|tag| matches!(tag, Tag::Heading { .. })), 6);
}

#[test]
fn nothing_that_students_write_is_markup() {
    for evil in [
        "``` [x](http://x) <b>&amp; | # *a* @all",
        "`",
        " ` ",
        "![x](y)\\",
        "<script>alert(1)</script>",
        "~~~ https://x.example",
    ] {
        let mut report = named(evil);
        report.notices = vec![format!("{evil}\n```\n# {evil}\n~~~")];
        for graded in &mut report.scenarios {
            graded.title = evil.to_owned();
            graded.did = vec![evil.to_owned()];
            if let Some(reason) = &mut graded.reason {
                *reason = evil.to_owned();
            }
        }
        let text = render(&ForStudent::of(&report));
        let expected = render(&ForStudent::of(&sample::report()));
        let shape = |text: &str| -> Vec<String> {
            let starts = events(text).into_iter().filter_map(|event| match event {
                Event::Start(tag) => Some(format!("{tag:?}")),
                Event::Html(html) | Event::InlineHtml(html) => panic!("{html} in {evil}"),
                _ => None,
            });
            starts.filter(|tag| !tag.starts_with("CodeBlock")).collect()
        };
        assert_eq!(shape(&text), shape(&expected), "{text}");
        let name = events(&text).into_iter().find_map(|event| match event {
            Event::Code(code) => Some(code.to_string()),
            _ => None,
        });
        assert_eq!(name.as_deref(), Some(evil));
    }
}
