//! Looking for an IP address and a port in a line that a program printed.
//!
//! Any way to write them counts, `('127.0.0.1', 50000)`, `/1.2.3.4:5`, `[::1]:80`, as long as both
//! stand there as numbers of their own: `127.0.0.10` is not `127.0.0.1`.

use std::net::{IpAddr, SocketAddr};

/// True if the text contains the address and, beside it, the port.
pub(super) fn names(text: &str, address: SocketAddr) -> bool {
    let forms = forms(address.ip());
    forms
        .iter()
        .any(|form| names_with(text, form, address.port()))
}

/// True if the text contains this form of an address and, beside it, the port.
pub(super) fn names_with(text: &str, form: &str, port: u16) -> bool {
    let text = text.to_ascii_lowercase();
    places(&text, form).into_iter().any(|at| {
        // The port may not be a part of the address itself.
        let (before, after) = (&text[..at], &text[at + form.len()..]);
        has_number(before, port) || has_number(after, port)
    })
}

/// True if the port stands in the text as a number of its own.
pub(super) fn has_number(text: &str, number: u16) -> bool {
    let number = number.to_string();
    text.match_indices(&number).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + number.len()..].chars().next();
        !before.is_some_and(|c| c.is_ascii_digit()) && !after.is_some_and(|c| c.is_ascii_digit())
    })
}

/// The ways to write an address, in lower case. An IPv4 address stands as it is inside of its IPv6
/// form `::ffff:1.2.3.4`.
pub(super) fn forms(ip: IpAddr) -> Vec<String> {
    match ip.to_canonical() {
        IpAddr::V4(ip) => vec![ip.to_string()],
        IpAddr::V6(ip) => {
            let parts: Vec<String> = ip
                .segments()
                .iter()
                .map(|part| format!("{part:x}"))
                .collect();
            vec![ip.to_string(), parts.join(":")]
        }
    }
}

/// Where the form stands and is not a part of a longer address or name.
fn places(text: &str, form: &str) -> Vec<usize> {
    let v6 = form.contains(':');
    let part_of_longer = |c: char, behind: bool| {
        if v6 {
            // Behind an IPv6 address without brackets its port may follow: `::1:80`.
            c.is_ascii_hexdigit() || (c == ':' && !behind)
        } else {
            c.is_ascii_digit()
        }
    };
    let fits = |at: usize| {
        let (before, after) = (&text[..at], &text[at + form.len()..]);
        let mut ahead = after.chars();
        let longer_after = match ahead.next() {
            Some('.') if !v6 => ahead.next().is_some_and(|c| c.is_ascii_digit()),
            Some(c) => part_of_longer(c, true),
            None => false,
        };
        let mut behind = before.chars().rev();
        let longer_before = match behind.next() {
            Some('.') if !v6 => behind.next().is_some_and(|c| c.is_ascii_digit()),
            Some(c) => part_of_longer(c, false),
            None => false,
        };
        !longer_after && !longer_before
    };
    text.match_indices(form)
        .map(|(at, _)| at)
        .filter(|at| fits(*at))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, text: &str, there: bool) {
        assert_eq!(
            names(text, address.parse().unwrap()),
            there,
            "{address} in {text}"
        );
    }

    #[test]
    fn an_address_counts_however_it_is_written() {
        for text in [
            "('127.0.0.1', 50000)",
            "127.0.0.1:50000",
            "/127.0.0.1:50000",
            "::ffff:127.0.0.1 50000",
            "port 50000 of localhost/127.0.0.1.",
            "Socket[addr=/127.0.0.1,port=50000,localport=1337]",
        ] {
            check("127.0.0.1:50000", text, true);
        }
        for text in [
            "('::1', 50007, 0, 0)",
            "[::1]:50007",
            "::1:50007",
            "/[0:0:0:0:0:0:0:1]:50007",
        ] {
            check("[::1]:50007", text, true);
        }
        check("[::ffff:1.2.3.4]:5", "/1.2.3.4:5", true);
        check("[fe80::ab]:80", "FE80::AB 80", true);
    }

    #[test]
    fn parts_of_other_numbers_do_not_count() {
        for text in [
            "127.0.0.1",
            "50000",
            "127.0.0.10 50000",
            "127.0.0.1.5 50000",
            "1127.0.0.1 50000",
            "5.127.0.0.1 50000",
            "127.0.0.1 500001",
            "127.0.0.1 150000",
        ] {
            check("127.0.0.1:50000", text, false);
        }
        check("127.0.0.1:127", "127.0.0.1", false);
        check("[::1]:50007", "::12 50007", false);
        check("[::1]:50007", "fe80::1 50007", false);
    }
}
