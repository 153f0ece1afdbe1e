//! What a check finds, and how it is told.

use crate::diagnostic::{Class, Diagnostic, Severity, Spot};
use crate::lint::Place;

/// One kind of thing that keeps a home from working.
#[derive(Debug)]
pub struct Ailment {
    /// Its stable name.
    pub code: &'static str,
    /// Whether it breaks something, or is only doubtful.
    pub severity: Severity,
    /// What is looked for, in one sentence.
    pub what: &'static str,
    /// Why that keeps the home from working.
    pub why: &'static str,
    /// What to do about it, in general; a finding says it for its home.
    pub help: &'static str,
}

/// Something that keeps the home from working.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Its kind.
    pub ailment: &'static Ailment,
    /// Whether it breaks something. What can't be told for certain is doubtful
    /// whatever the ailment says.
    pub severity: Severity,
    /// What was found. Holds no secret.
    pub message: String,
    /// The places, the one to change first.
    pub places: Vec<Place>,
    /// What to do, one step each.
    pub help: Vec<String>,
}

impl Finding {
    pub(super) fn new(ailment: &'static Ailment, message: impl Into<String>) -> Self {
        Self {
            ailment,
            severity: ailment.severity,
            message: message.into(),
            places: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Says that it can't be told for certain.
    pub(super) fn doubtful(self) -> Self {
        Self {
            severity: Severity::Warning,
            ..self
        }
    }

    /// Adds a place.
    pub(super) fn at(mut self, spot: Spot, text: impl Into<String>) -> Self {
        self.places.push(Place {
            spot,
            text: text.into(),
        });
        self
    }

    /// Adds a step.
    pub(super) fn help(mut self, step: impl Into<String>) -> Self {
        self.help.push(step.into());
        self
    }

    /// The finding as it is drawn: like every other error or warning, with why
    /// and what to do below.
    pub fn diagnostic(&self) -> Diagnostic {
        let Self {
            ailment, message, ..
        } = self;
        let mut diagnostic = match self.severity {
            Severity::Error => Diagnostic::error(ailment.code, Class::Home, message),
            Severity::Warning => Diagnostic::warning(ailment.code, Class::Home, message),
        };
        for (index, place) in self.places.iter().enumerate() {
            diagnostic = match index {
                0 => diagnostic.at(place.spot.clone(), place.text.as_str()),
                _ => diagnostic.beside(place.spot.clone(), place.text.as_str()),
            };
        }
        diagnostic = diagnostic.help(format!("why: {}", ailment.why));
        self.help.iter().fold(diagnostic, Diagnostic::help)
    }
}
