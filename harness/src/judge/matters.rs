//! Why it matters what a program did wrong, for a beginner who asks "so what?".

use super::Code;

impl Code {
    /// A sentence about what comes of it where programs are really used; none for a cause, which
    /// `explain` tells more about.
    pub fn matters(self) -> Option<&'static str> {
        Some(match self {
            Self::NeverStarted => "A program that cannot be started is of use to nobody.",
            Self::NeverListened | Self::WrongPort | Self::WrongAddress => {
                "All that a client knows of a server is its address and port. Where nobody listens \
                 there, it is refused, or waits."
            }
            Self::NeverConnected | Self::MissingConnection => {
                "A server cannot call its clients: what a client does not begin does not happen."
            }
            Self::WrongDestination => {
                "Two programs meet only where both were told to. Anywhere else is somebody else, or \
                 nobody."
            }
            Self::ClientRefused => {
                "A client that is not let in gets no service, and is not told why."
            }
            Self::ExtraConnection => {
                "To the other side, each connection is one more client, and takes a place from others."
            }
            Self::SentNothing | Self::MissingDatagram => {
                "The other side can only go by what comes. As long as nothing does, it waits, or gives \
                 up."
            }
            Self::TooFewBytes => {
                "The other side waits for the rest of the message, or takes the part for the whole."
            }
            Self::TooManyBytes => {
                "The other side takes what is too much for the beginning of the next message."
            }
            Self::WrongBytes | Self::WrongDatagram => {
                "The other side may be anybody's program. It understands what was agreed on, byte for \
                 byte, and nothing else."
            }
            Self::ExtraDatagram => {
                "Who waits for an answer takes the first datagram that comes. One too many is taken \
                 for the answer to the next request."
            }
            Self::WrongSender => {
                "Many programs accept an answer only from the port that they asked. Any other they \
                 never get to see."
            }
            Self::ClosedEarly => {
                "What the other side still wanted to say, or to hear, is lost by it."
            }
            Self::ClosedWithReset => {
                "A reset throws away what is on its way. The other side may lose even bytes that had \
                 arrived, and takes it for a failure."
            }
            Self::NeverClosed => {
                "The other side cannot know that nothing more will come, so it waits. And a program may \
                 have only so many connections open."
            }
            Self::NotReset => {
                "The other side takes an orderly end for success. Only a reset tells it that something \
                 went wrong."
            }
            Self::Tolerated => {
                "It did no harm here. A program on the other side that is less patient may be upset by \
                 it."
            }
            Self::NeverWaits | Self::Spins => {
                "It takes a whole processor from everything else on the machine, for nothing."
            }
            Self::TooSlow => "Whoever waits for it gives up after a while, as this test did.",
            Self::PrintedNothing | Self::MissingPrint => {
                "What a program prints is all that its user gets to see of it."
            }
            Self::PrintedOnErrors | Self::PrintedOnOutput => {
                "They are two streams. Who keeps the output in a file, or hands it to another program, \
                 gets one of them only."
            }
            Self::WrongAddressPrinted => {
                "Who reads it looks for the other side in the wrong place."
            }
            Self::WrongCount | Self::UnwantedPrint => {
                "Who reads it, or counts the lines, takes it for something that happened."
            }
            Self::WrongNumber => "Who reads it draws the wrong conclusion about the network.",
            Self::WrongOutput => {
                "What was sent should reach its reader as it is: a single byte more or less spoils a \
                 picture or a program."
            }
            Self::ExitStatus => {
                "Who starts a program goes by its exit status: 0 says that all went well, any other \
                 number that something did not."
            }
            Self::UncaughtError => {
                "An error that nobody handles ends the program wherever it is just then, with all that \
                 it was doing for others."
            }
            Self::KilledBySignal => {
                "The system ends a program like this at once: what it was about to write or send is \
                 lost."
            }
            Self::LimitReached => {
                "A machine has only so much, and what one program takes is missing for all others."
            }
            Self::EndedEarly => {
                "A server that has ended serves nobody: the next client is refused."
            }
            Self::StillRunning => {
                "Who started it, a person or a script, waits for its end and gets no further."
            }
            Self::StoppedServing => "One client was enough to keep all others out.",
            Self::LeftProcesses => {
                "Processes that nobody ends or waits for pile up, until the machine can start no more."
            }
            cause => {
                debug_assert!(cause.is_cause(), "{cause} needs a sentence");
                return None;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_costs_points_matters() {
        for code in Code::ALL {
            assert_eq!(code.matters().is_none(), code.is_cause(), "{code}");
        }
    }
}
