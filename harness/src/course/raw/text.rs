//! Bytes as they stand in YAML: a text, or one of the forms for what is no text or too long.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::Sender;
use super::Form;
use crate::units::Size;

/// Bytes: a text, or a map with one of `text`, `hex`, `repeat`, `every-byte`, `file` and `random`.
pub(in super::super) type RawText = Form<String, RawBytes>;

/// Bytes in one of their long forms.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum RawBytes {
    /// A text, also where it is one of the words that mean something else.
    Text(String),
    /// Pairs of hexadecimal digits: `00 ff`.
    Hex(String),
    /// A text many times.
    Repeat(RawRepeat),
    /// `true`: the 256 bytes from 0 to 255.
    EveryByte(bool),
    /// The content of a file of the exercise's folder: `letter.bin`.
    File(String),
    /// So many bytes of any values: `10 KiB`. They are the same in every run, and wherever they stand
    /// in a scenario: a smaller number means the first of a larger one.
    Random(Size),
}

/// A text many times.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawRepeat {
    /// The text.
    pub(in super::super) text: String,
    /// How many times it stands there.
    pub(in super::super) times: u64,
}

/// What a script sends: exactly one of `text`, `hex`, `repeat`, `every-byte`, `file`, `random`
/// and `part`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawMessage {
    /// Whose connection; without it, that of the participant who was named last.
    #[serde(rename = "as")]
    pub(in super::super) participant: Option<String>,
    /// A text.
    pub(in super::super) text: Option<String>,
    /// Pairs of hexadecimal digits: `00 ff`.
    pub(in super::super) hex: Option<String>,
    /// A text many times.
    pub(in super::super) repeat: Option<RawRepeat>,
    /// `true`: the 256 bytes from 0 to 255.
    pub(in super::super) every_byte: Option<bool>,
    /// The content of a file of the exercise's folder: `letter.bin`.
    pub(in super::super) file: Option<String>,
    /// So many bytes of any values: `10 KiB`. They are the same in every run, and wherever they stand
    /// in a scenario: a smaller number means the first of a larger one.
    pub(in super::super) random: Option<Size>,
    /// A part of the exercise's conversation.
    pub(in super::super) part: Option<Part>,
    /// Leaves out so many bytes at the beginning: `3 B`.
    pub(in super::super) after: Option<Size>,
    /// Only so many bytes: `3 B`.
    pub(in super::super) first: Option<Size>,
}

/// What a script expects: exactly one of `text`, `hex`, `repeat`, `every-byte`, `file`, `random` and
/// `part` for bytes that are known; of `until` and `bytes` for others; or `nothing`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in super::super) struct RawExpect {
    /// Whose connection; without it, that of the participant who was named last.
    #[serde(rename = "as")]
    pub(in super::super) participant: Option<String>,
    /// A text.
    pub(in super::super) text: Option<String>,
    /// Pairs of hexadecimal digits: `00 ff`.
    pub(in super::super) hex: Option<String>,
    /// A text many times.
    pub(in super::super) repeat: Option<RawRepeat>,
    /// `true`: the 256 bytes from 0 to 255.
    pub(in super::super) every_byte: Option<bool>,
    /// The content of a file of the exercise's folder: `letter.bin`.
    pub(in super::super) file: Option<String>,
    /// So many bytes of any values: `10 KiB`. They are the same in every run, and wherever they stand
    /// in a scenario: a smaller number means the first of a larger one.
    pub(in super::super) random: Option<Size>,
    /// A part of the exercise's conversation.
    pub(in super::super) part: Option<Part>,
    /// Leaves out so many bytes at the beginning: `3 B`.
    pub(in super::super) after: Option<Size>,
    /// Only so many bytes: `3 B`.
    pub(in super::super) first: Option<Size>,
    /// Everything up to this text and with it, whatever it is (streams).
    pub(in super::super) until: Option<String>,
    /// So many bytes, whatever they are: `12 B`. For datagrams, one of this length.
    pub(in super::super) bytes: Option<Size>,
    /// A regular expression without look-around that what came must match somewhere; beside `until`
    /// or `bytes`, or alone for a datagram.
    pub(in super::super) matches: Option<String>,
    /// `true`: nothing comes until the program is at rest or has ended.
    pub(in super::super) nothing: Option<bool>,
    /// From where a datagram must come; without it, from the port that was asked.
    pub(in super::super) from: Option<Sender>,
}

impl RawExpect {
    /// The part of it that says which bytes, as a message that is sent says it.
    pub(in super::super) fn message(&self) -> RawMessage {
        RawMessage {
            participant: self.participant.clone(),
            text: self.text.clone(),
            hex: self.hex.clone(),
            repeat: self.repeat.clone(),
            every_byte: self.every_byte,
            file: self.file.clone(),
            random: self.random,
            part: self.part,
            after: self.after,
            first: self.first,
        }
    }
}

/// A part of the exercise's conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum Part {
    /// All that the client says.
    Request,
    /// All that the server says.
    Answer,
}
