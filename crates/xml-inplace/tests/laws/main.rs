//! The laws that the manual promises, over generated documents, over every
//! XML file of the corpus, and case by case.

#![allow(missing_docs)]

mod cases;
mod check;
mod corpus;
mod documents;
mod generated;
