//! What every page has around its content.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::super::ladder::svg;
use super::super::standing::Standing;

const STYLE: &str = include_str!("page.css");
/// Nothing is fetched from anywhere, whatever stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
    img-src 'self' data:; base-uri 'none'; form-action 'none'";

/// The page as a file.
pub(super) fn page(title: &str, style: &str, script: &str, content: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(svg::STYLE)) (PreEscaped(style)) }
            }
            body {
                (content)
                script { (PreEscaped(script)) }
            }
        }
    };
    page.into_string() + "\n"
}

/// Where a test stands: a sign and a word.
pub(super) fn standing(standing: Standing) -> Markup {
    let (class, sign) = match standing {
        Standing::Passed => ("passed", '✓'),
        Standing::Failed => ("failed", '✗'),
        Standing::NotRun => ("aside", '–'),
        Standing::NotJudged => ("aside", '?'),
    };
    html! {
        span class={ "standing " (class) } {
            span aria-hidden="true" { (sign) " " } (standing.word().to_lowercase())
        }
    }
}
