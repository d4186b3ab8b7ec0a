//! What the compiler is at, for those who wait.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::protocol::Phase;

#[derive(Default)]
pub struct Board {
    next: AtomicU64,
    /// The ticket that is served, or was served last.
    serving: AtomicU64,
    phase: Mutex<Option<Phase>>,
}

impl Board {
    /// Returns the ticket of a new request; they are served in order.
    pub fn ticket(&self) -> u64 {
        self.next.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub fn serve(&self, ticket: u64) {
        self.tell(None);
        self.serving.store(ticket, Ordering::SeqCst);
    }

    /// From now on something is done that nobody has asked for; who asks meanwhile is told of it.
    pub fn serve_nobody(&self) {
        self.serve(u64::MAX);
    }

    pub fn tell(&self, phase: Option<Phase>) {
        *self
            .phase
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = phase;
    }

    /// What the holder of a ticket waits for; none when it is served, and nothing is known yet.
    pub fn read(&self, ticket: u64) -> Option<Phase> {
        let serving = self.serving.load(Ordering::SeqCst);
        if serving < ticket {
            // While none is served yet, the one before the first is the last.
            let before = ticket - serving.max(1) - u64::from(serving == 0);
            return Some(Phase::Queued {
                before: before.max(1),
            });
        }
        self.phase
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_is_told_how_many_come_first_and_who_is_served_what_is_done() {
        let board = Board::default();
        let (one, two, three) = (board.ticket(), board.ticket(), board.ticket());
        board.serve(one);
        board.tell(Some(Phase::Waiting { places: 2 }));
        assert!(matches!(
            board.read(one),
            Some(Phase::Waiting { places: 2 })
        ));
        assert!(matches!(board.read(two), Some(Phase::Queued { before: 1 })));
        assert!(matches!(
            board.read(three),
            Some(Phase::Queued { before: 2 })
        ));
        board.serve(two);
        assert!(board.read(two).is_none());
    }

    #[test]
    fn who_asks_while_the_compiler_prepares_is_told_what_it_does() {
        let board = Board::default();
        board.serve_nobody();
        board.tell(Some(Phase::Waiting { places: 2 }));
        let one = board.ticket();
        assert!(matches!(
            board.read(one),
            Some(Phase::Waiting { places: 2 })
        ));
        board.serve(one);
        assert!(board.read(one).is_none());
    }
}
