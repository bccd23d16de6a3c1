//! With a fault, exactly what was asked for is different.
//!
//! Each behaviour is asked directly and through the empty relay, with the same answer, and then with
//! a fault: the lines of the row change as it says, all others stay. Where a row says `to Either`, one
//! side sends and the other receives, and both directions are asked.
//!
//! To add a fault: a row, and where none is there yet a behaviour in `faults.py` that shows the thing
//! itself, and not only that the record speaks of it.

use std::time::Duration;

use sockgrade::course::Role;
use sockgrade::escape::Bytes;
use sockgrade::fault::{
    Cut, DatagramFault as Datagrams, Delay, LaneFault, Pick, StreamFault as Stream,
};
use sockgrade::units::{Chance, Rate, Time};

use super::{Answer, Question, Way, Wire, same_answers};

/// What a line becomes that is not printed.
const NOTHING: &str = "";

/// Where the fault is.
#[derive(Debug, Clone, Copy)]
enum To {
    /// Towards the server and, asked again, towards the client; whoever it is receives.
    Either,
    /// Towards the server only: a client cannot refuse.
    Server,
}

/// A row: its name, the wires, where the fault is and which; the behaviour; the lines that change.
macro_rules! faults {
    ($($name:ident on $($wire:ident)+, to $to:ident, $fault:expr, when $behaviour:ident:
        $($without:literal becomes $with:expr),+;)+) => {
        $(
            #[test]
            fn $name() {
                let fault = LaneFault::from_row($fault);
                for wire in [$(Wire::$wire),+] {
                    check_fault(
                        stringify!($behaviour),
                        wire,
                        To::$to,
                        &fault,
                        &[$(($without, $with)),+],
                    );
                }
            }
        )+
    };
}

faults! {
    pieces_of_some_sizes on Tcp Tcp6 TcpDevices Unix, to Either,
        Stream::Pieces(Cut::Sizes(vec![1, 2, 3])), when a_message_is_read:
        "receiver: reads: 20" becomes "receiver: reads: 1 2 3 1 2 3 1 2 3 1 1";
    pieces_from_offset_to_offset on Tcp Unix, to Either,
        Stream::Pieces(Cut::At(vec![4, 6])), when a_message_is_read:
        "receiver: reads: 20" becomes "receiver: reads: 4 2 14";
    pieces_that_end_inside_a_pattern on Tcp Unix, to Either,
        Stream::Pieces(Cut::Inside(bytes("\r\n"))), when a_message_is_read:
        "receiver: reads: 20" becomes "receiver: reads: 13 6 1";
    pieces_that_end_inside_a_character on Tcp Unix, to Either,
        Stream::Pieces(Cut::InsideUtf8), when a_message_is_read:
        "receiver: reads: 20" becomes "receiver: reads: 3 8 9";
    pieces_of_one_byte on Tcp Unix, to Either,
        Stream::Pieces(Cut::Random(1)), when a_message_is_read:
        "receiver: reads: 20"
            becomes "receiver: reads: 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1";
    messages_are_reframed on Tcp Unix, to Either,
        Stream::Reframed(Cut::Sizes(vec![6])), when messages_come_one_after_the_other:
        "receiver: look 1: b'one.'" becomes "receiver: look 1: b''",
        "receiver: look 2: b'two.'" becomes "receiver: look 2: b'one.tw'",
        "receiver: look 3: b'six.'" becomes "receiver: look 3: b'o.six.'";
    two_messages_become_one on Tcp Unix, to Either,
        Stream::Joined { messages: Some(2) }, when messages_come_one_after_the_other:
        "receiver: look 1: b'one.'" becomes "receiver: look 1: b''",
        "receiver: look 2: b'two.'" becomes "receiver: look 2: b'one.two.'",
        "receiver: look 3: b'six.'" becomes "receiver: look 3: b''";
    messages_become_one_when_their_sender_is_idle on Tcp Unix, to Either,
        Stream::Joined { messages: None }, when a_message_comes_after_a_pause:
        "sender: heard before the second: True" becomes "sender: heard before the second: False",
        "receiver: reads: 4 4" becomes "receiver: reads: 8";
    what_comes_behind_an_offset_is_not_taken on Tcp Unix, to Either,
        Stream::BackPressure { after: 100_000, until_opposite: false }, when more_is_sent_than_is_taken:
        "receiver: there: b'and more'" becomes "receiver: there: b''";
    a_sender_is_blocked on Tcp Unix, to Either,
        Stream::BackPressure { after: 0, until_opposite: false }, when a_sender_is_blocked_although_it_is_read_from:
        "sender: blocked: False" becomes "sender: blocked: True";
    a_sender_is_not_read_from_until_its_receiver_speaks on Tcp Unix, to Either,
        Stream::BackPressure { after: 0, until_opposite: true }, when the_receiver_is_silent_at_first:
        "receiver: there: b'hello'" becomes "receiver: there: b''";
    a_stream_comes_late on Tcp Unix, to Either,
        Stream::Delay(Delay::By(millis(200))), when questions_are_answered_at_once:
        "sender: all took 0.2 s or longer: False" becomes "sender: all took 0.2 s or longer: True";
    a_stream_comes_late_by_chance on Tcp Unix, to Either,
        Stream::Delay(Delay::Jitter(millis(200), millis(20))), when questions_are_answered_at_once:
        "sender: all took 0.2 s or longer: False" becomes "sender: all took 0.2 s or longer: True";
    each_part_of_a_stream_comes_late_by_its_own_time on Tcp Unix, to Either,
        Stream::Delay(Delay::Each(vec![millis(200); 4])), when questions_are_answered_at_once:
        "sender: all took 0.2 s or longer: False" becomes "sender: all took 0.2 s or longer: True";
    a_stream_is_slow on Tcp Unix, to Either,
        Stream::Slow(Rate(5000)), when questions_are_answered_at_once:
        "sender: all took 0.2 s or longer: False" becomes "sender: all took 0.2 s or longer: True";
    a_stream_waits_for_its_receiver on Tcp Unix, to Either,
        Stream::Late, when the_receiver_is_silent_at_first:
        "receiver: there: b'hello'" becomes "receiver: there: b''";
    an_end_comes_early on Tcp Tcp6 Unix, to Either,
        Stream::EndAfter(4), when a_question_ends_and_is_answered:
        "receiver: got: b'abcdefgh', then the end" becomes "receiver: got: b'abcd', then the end";
    an_end_comes_before_the_first_byte on Tcp Unix, to Either,
        Stream::EndAfter(0), when a_question_ends_and_is_answered:
        "receiver: got: b'abcdefgh', then the end" becomes "receiver: got: b'', then the end";
    who_was_cut_short_does_not_feel_it on Tcp Tcp6 Unix, to Either,
        Stream::EndAfter(0), when a_question_comes_after_the_answer:
        "receiver: got: b'abcdefghijkl', then the end" becomes "receiver: got: b'', then the end";
    an_end_does_not_come on Tcp Unix, to Either,
        Stream::EndWithheld, when a_question_is_answered_before_its_end:
        "receiver: and then: b'', then the end" becomes NOTHING,
        "receiver: done" becomes NOTHING;
    a_connection_breaks_off on Tcp Tcp6 TcpDevices, to Either,
        Stream::ResetAfter(4), when a_question_ends_and_is_answered:
        "receiver: got: b'abcdefgh', then the end"
            becomes "receiver: got: b'abcd', then ECONNRESET",
        "receiver: sent: None" becomes "receiver: sent: EPIPE",
        "sender: got: b'an answer', then the end" becomes "sender: got: b'', then ECONNRESET";
    a_unix_connection_breaks_off on Unix, to Either,
        Stream::ResetAfter(4), when a_question_ends_and_is_answered:
        "receiver: got: b'abcdefgh', then the end" becomes "receiver: got: b'abcd', then the end",
        "receiver: sent: None" becomes "receiver: sent: EPIPE",
        "sender: got: b'an answer', then the end" becomes "sender: got: b'', then the end";
    a_connection_breaks_off_before_the_first_byte on Tcp Tcp6 TcpDevices, to Server,
        Stream::ResetAfter(0), when a_silent_client_comes:
        "server: got: b'', then the end" becomes "server: got: b'', then ECONNRESET";
    bytes_of_nobody_come_first on Tcp Unix, to Either,
        Stream::Stray { at: Some(0), bytes: bytes("??") }, when a_question_ends_and_is_answered:
        "receiver: got: b'abcdefgh', then the end"
            becomes "receiver: got: b'??abcdefgh', then the end";
    bytes_of_nobody_come_between on Tcp Unix, to Either,
        Stream::Stray { at: Some(3), bytes: bytes("??") }, when a_question_ends_and_is_answered:
        "receiver: got: b'abcdefgh', then the end"
            becomes "receiver: got: b'abc??defgh', then the end";
    bytes_of_nobody_come_last on Tcp Unix, to Either,
        Stream::Stray { at: None, bytes: bytes("??") }, when a_question_ends_and_is_answered:
        "receiver: got: b'abcdefgh', then the end"
            becomes "receiver: got: b'abcdefgh??', then the end";
    no_connection_is_taken on Tcp Tcp6 TcpDevices, to Server,
        LaneFault::Refused { from: 1 }, when two_connections_are_tried:
        "client: connect 1: 0" becomes "client: connect 1: 111",
        "client: connect 2: 0" becomes "client: connect 2: 111",
        "server: accepted 1" becomes NOTHING,
        "server: got: b'', then the end" becomes NOTHING,
        "server: accepted 2" becomes NOTHING,
        "server: got: b'', then the end" becomes NOTHING,
        "server: done" becomes NOTHING;
    the_second_connection_is_not_taken on Tcp Unix, to Server,
        LaneFault::Refused { from: 2 }, when two_connections_are_tried:
        "client: connect 2: 0" becomes "client: connect 2: 111",
        "server: accepted 2" becomes NOTHING,
        "server: got: b'', then the end" becomes NOTHING,
        "server: done" becomes NOTHING;

    a_datagram_is_lost on Udp Udp6 UdpDevices, to Either,
        Datagrams::Drop(Pick::Numbers(vec![2, 5])), when numbered_datagrams:
        "receiver: got: b'1' b'2' b'3' b'4' b'5'" becomes "receiver: got: b'1' b'3' b'4'";
    all_datagrams_are_lost on Udp, to Either,
        Datagrams::Drop(Pick::All), when numbered_datagrams:
        "receiver: got: b'1' b'2' b'3' b'4' b'5'" becomes NOTHING,
        "receiver: done" becomes NOTHING;
    datagrams_are_lost_by_a_chance_that_is_certain on Udp, to Either,
        Datagrams::Drop(Pick::Chance(Chance(1_000_000))), when numbered_datagrams:
        "receiver: got: b'1' b'2' b'3' b'4' b'5'" becomes NOTHING,
        "receiver: done" becomes NOTHING;
    every_second_datagram_is_lost_in_bursts on Udp, to Either,
        Datagrams::Drop(Pick::Burst { enter: Chance(1_000_000), leave: Chance(1_000_000) }),
        when numbered_datagrams:
        "receiver: got: b'1' b'2' b'3' b'4' b'5'" becomes "receiver: got: b'2' b'4'";
    a_datagram_comes_twice on Udp UdpDevices, to Either,
        Datagrams::Duplicate { pick: Pick::Numbers(vec![2]), stale: false }, when numbered_datagrams:
        "receiver: got: b'1' b'2' b'3' b'4' b'5'"
            becomes "receiver: got: b'1' b'2' b'2' b'3' b'4' b'5'";
    a_stale_copy_comes_after_the_answer on Udp UdpDevices, to Either,
        Datagrams::Duplicate { pick: Pick::Numbers(vec![1]), stale: true }, when a_dialogue:
        "receiver: got: question 1, question 2, question 3"
            becomes "receiver: got: question 1, question 1, question 2, question 3";
    a_datagram_is_overtaken on Udp UdpDevices, to Either,
        Datagrams::Reorder(Pick::Numbers(vec![2])), when numbered_datagrams:
        "receiver: got: b'1' b'2' b'3' b'4' b'5'"
            becomes "receiver: got: b'1' b'3' b'2' b'4' b'5'";
    a_datagram_is_held_until_something_comes_back on Udp UdpDevices, to Either,
        Datagrams::Hold(Pick::Numbers(vec![1])), when two_questions_at_once:
        "receiver: got: b'1' b'2' b'3'" becomes "receiver: got: b'2' b'1' b'3'";
    datagrams_come_late on Udp UdpDevices, to Either,
        Datagrams::Delay { delay: Delay::By(millis(200)), pick: Pick::All },
        when datagrams_are_answered_at_once:
        "sender: all took 0.2 s or longer: False" becomes "sender: all took 0.2 s or longer: True";
    datagrams_come_late_by_chance on Udp, to Either,
        Datagrams::Delay { delay: Delay::Jitter(millis(200), millis(20)), pick: Pick::All },
        when datagrams_are_answered_at_once:
        "sender: all took 0.2 s or longer: False" becomes "sender: all took 0.2 s or longer: True";
    a_late_datagram_is_overtaken on Udp, to Either,
        Datagrams::Delay { delay: Delay::Each(vec![millis(1000)]), pick: Pick::Numbers(vec![2]) },
        when datagrams_that_may_overtake:
        "receiver: got: b'1' b'2' b'3' b'4' b'5'"
            becomes "receiver: got: b'1' b'3' b'4' b'5' b'2'";
    a_datagram_is_cut_off on Udp UdpDevices, to Either,
        Datagrams::Truncate { to: 8, pick: Pick::Numbers(vec![1]) }, when a_dialogue:
        "receiver: got: question 1, question 2, question 3"
            becomes "receiver: got: question, question 2, question 3",
        "sender: got: b'answer to question 1'" becomes "sender: got: b'answer to question'";
    nothing_is_left_of_a_datagram on Udp Udp6, to Either,
        Datagrams::Truncate { to: 0, pick: Pick::Numbers(vec![3]) }, when numbered_datagrams:
        "receiver: got: b'1' b'2' b'3' b'4' b'5'"
            becomes "receiver: got: b'1' b'2' b'' b'4' b'5'";
    a_bit_is_flipped on Udp UdpDevices, to Either,
        Datagrams::Corrupt { byte: 0, bit: 6, pick: Pick::Numbers(vec![4]) },
        when numbered_datagrams:
        "receiver: got: b'1' b'2' b'3' b'4' b'5'"
            becomes "receiver: got: b'1' b'2' b'3' b't' b'5'";
    a_stranger_is_first on Udp UdpDevices, to Either,
        Datagrams::Stray { before: Pick::Numbers(vec![1]), bytes: bytes("psst") },
        when datagrams_come_from_their_sender:
        "receiver: got: b'1' is the sender's, b'2' is the sender's, b'over' is the sender's"
            becomes "receiver: got: b'psst' is a stranger's, b'1' is the sender's, \
                     b'2' is the sender's, b'over' is the sender's";
    a_stranger_on_a_loopback_with_one_address_has_another_port on Udp6, to Either,
        Datagrams::Stray { before: Pick::Numbers(vec![1]), bytes: bytes("psst") },
        when datagrams_come_from_their_sender:
        "receiver: got: b'1' is the sender's, b'2' is the sender's, b'over' is the sender's"
            becomes "receiver: got: b'psst' is another port's, b'1' is the sender's, \
                     b'2' is the sender's, b'over' is the sender's";
    a_connected_socket_does_not_hear_a_stranger on Udp UdpDevices, to Either,
        Datagrams::Stray { before: Pick::Numbers(vec![2]), bytes: bytes("psst") },
        when a_connected_socket_hears_its_partner:
        "receiver: got: b'an answer'" becomes "receiver: got: b'an answer'";
    a_datagram_comes_from_another_port on Udp Udp6 UdpDevices, to Either,
        Datagrams::PortSwitch(Pick::Numbers(vec![1])), when datagrams_come_from_their_sender:
        "receiver: got: b'1' is the sender's, b'2' is the sender's, b'over' is the sender's"
            becomes "receiver: got: b'1' is another port's, b'2' is the sender's, \
                     b'over' is the sender's";
    a_port_is_closed on Udp Udp6 UdpDevices, to Server,
        LaneFault::Refused { from: 1 }, when a_datagram_is_answered:
        "client: got: b'an answer'" becomes "client: got: ECONNREFUSED",
        "server: got: b'?'" becomes NOTHING,
        "server: done" becomes NOTHING;
}

/// What stands in a row as a fault.
trait Row<Fault> {
    fn from_row(fault: Fault) -> Self;
}

impl Row<Stream> for LaneFault {
    fn from_row(fault: Stream) -> Self {
        Self::Stream(fault)
    }
}

impl Row<Datagrams> for LaneFault {
    fn from_row(fault: Datagrams) -> Self {
        Self::Datagram(fault)
    }
}

impl Row<LaneFault> for LaneFault {
    fn from_row(fault: LaneFault) -> Self {
        fault
    }
}

fn bytes(text: &str) -> Bytes {
    Bytes::from(text.as_bytes())
}

fn millis(millis: u64) -> Time {
    Time(Duration::from_millis(millis))
}

fn check_fault(behaviour: &str, wire: Wire, to: To, fault: &LaneFault, changes: &[(&str, &str)]) {
    let receivers = match to {
        To::Either => vec![Some(Role::Server), Some(Role::Client)],
        To::Server => vec![None],
    };
    for receiver in receivers {
        let question = Question {
            behaviour,
            wire,
            receiver,
        };
        let empty = same_answers(question, changes[0].0);
        let mut expected = empty.lines.clone();
        for (without, with) in changes {
            let at = expected.iter().position(|line| line == without);
            let at = at.unwrap_or_else(|| panic!("{question:?}: there is no `{without}`\n{empty}"));
            if *with == NOTHING {
                expected.remove(at);
            } else {
                expected[at] = (*with).to_owned();
            }
        }
        let faulty = Answer::ask(
            question,
            Way::Faulty(receiver.unwrap_or(Role::Server), fault),
        );
        assert!(
            faulty.lines == expected && faulty.is_untroubled(),
            "{question:?}: `{fault}` makes another difference than {changes:?}\n{empty}{faulty}"
        );
        let acted: Vec<bool> = faulty
            .record
            .faults
            .iter()
            .map(|fault| fault.acted)
            .collect();
        assert_eq!(acted, [true], "{question:?}: `{fault}`\n{faulty}");
    }
}
