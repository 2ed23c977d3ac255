//! Segments to bytes, with envelopes whose counts and control numbers are right by construction.

use jiff::civil::Date;
use thiserror::Error;

use crate::dates::write_day;
use crate::delimiters::Delimiters;

/// Why something cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WriteError {
    /// A value holds a byte that would be read as structure.
    #[error("{segment}{element:02} holds a separator; choose other separators or change the value")]
    Separator {
        /// Identifier of the segment.
        segment: String,
        /// Element number, from 1.
        element: usize,
    },
    /// A header value is longer than its fixed width.
    #[error("ISA{element:02} must not be longer than {width} characters")]
    Width {
        /// Element number, from 1.
        element: usize,
        /// The width.
        width: usize,
    },
}

impl WriteError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Separator { .. } => "X0201",
            Self::Width { .. } => "X0202",
        }
    }
}

/// One element to write.
#[derive(Clone, Copy, Debug)]
pub enum Field<'a> {
    /// A simple element.
    Text(&'a str),
    /// A composite element.
    Parts(&'a [&'a str]),
}

impl<'a> From<&'a str> for Field<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// Who sends to whom, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// ISA05 and ISA06.
    pub sender: (String, String),
    /// ISA07 and ISA08.
    pub receiver: (String, String),
    /// GS02; often the same as ISA06.
    pub application_sender: String,
    /// GS03; often the same as ISA08.
    pub application_receiver: String,
    /// The day the file is made.
    pub date: Date,
    /// The time the file is made, `HHMM`.
    pub time: String,
    /// ISA13, at most nine digits; GS06 is the same number.
    pub control: u32,
    /// Production, not test: ISA15.
    pub production: bool,
    /// Separators.
    pub delimiters: Delimiters,
    /// A line end after each segment, for people to read.
    pub line_ends: bool,
}

/// Writes one interchange with one functional group.
#[derive(Clone, Debug)]
pub struct Writer {
    out: Vec<u8>,
    envelope: Envelope,
    /// Segments of the open transaction set.
    segments: u64,
    sets: u64,
    set_control: String,
}

impl Writer {
    /// Starts an interchange and a functional group.
    ///
    /// # Errors
    /// When a value does not fit its header element.
    pub fn new(envelope: Envelope, group_code: &str, version: &str) -> Result<Self, WriteError> {
        Self::with_preface(envelope, group_code, version, |_| Ok(()))
    }

    /// As [`Writer::new`], with segments such as TA1 before the functional group.
    pub(crate) fn with_preface(
        envelope: Envelope,
        group_code: &str,
        version: &str,
        preface: impl FnOnce(&mut Self) -> Result<(), WriteError>,
    ) -> Result<Self, WriteError> {
        let mut writer = Self::opened(envelope)?;
        preface(&mut writer)?;
        let envelope = writer.envelope.clone();
        let control = envelope.control.to_string();
        let date = write_day(envelope.date);
        writer.plain(
            "GS",
            &[
                group_code,
                &envelope.application_sender,
                &envelope.application_receiver,
                &date,
                &envelope.time,
                &control,
                "X",
                version,
            ],
        )?;
        Ok(writer)
    }

    /// Writes an interchange without any functional group.
    pub(crate) fn interchange_only(
        envelope: Envelope,
        inside: impl FnOnce(&mut Self) -> Result<(), WriteError>,
    ) -> Result<Vec<u8>, WriteError> {
        let mut writer = Self::opened(envelope)?;
        inside(&mut writer)?;
        let control = format!("{:09}", writer.envelope.control);
        writer.plain("IEA", &["0", &control])?;
        Ok(writer.out)
    }

    fn opened(envelope: Envelope) -> Result<Self, WriteError> {
        let mut writer = Self { out: Vec::new(), envelope, segments: 0, sets: 0, set_control: String::new() };
        writer.header()?;
        Ok(writer)
    }

    fn header(&mut self) -> Result<(), WriteError> {
        let envelope = self.envelope.clone();
        let padded = |element: usize, text: &str, width: usize| {
            if text.len() > width {
                return Err(WriteError::Width { element, width });
            }
            Ok(format!("{text:width$}"))
        };
        let delimiters = envelope.delimiters;
        let repetition = delimiters.repetition.map_or('U', char::from).to_string();
        let date = write_day(envelope.date)[2..].to_owned();
        let control = format!("{:09}", envelope.control);
        let fields = [
            "00".to_owned(),
            " ".repeat(10),
            "00".to_owned(),
            " ".repeat(10),
            padded(5, &envelope.sender.0, 2)?,
            padded(6, &envelope.sender.1, 15)?,
            padded(7, &envelope.receiver.0, 2)?,
            padded(8, &envelope.receiver.1, 15)?,
            date,
            padded(10, &envelope.time, 4)?,
            repetition,
            "00501".to_owned(),
            padded(13, &control, 9)?,
            "0".to_owned(),
            if envelope.production { "P" } else { "T" }.to_owned(),
        ];
        self.out.extend_from_slice(b"ISA");
        for field in fields {
            self.out.push(delimiters.element);
            self.out.extend_from_slice(field.as_bytes());
        }
        self.out.push(delimiters.element);
        self.out.push(delimiters.component);
        self.terminate();
        Ok(())
    }

    /// Starts a transaction set.
    ///
    /// # Errors
    /// When a value holds a separator.
    pub fn begin(&mut self, set: &str, version: &str) -> Result<(), WriteError> {
        self.sets += 1;
        self.segments = 0;
        self.set_control = format!("{:04}", self.sets);
        let control = self.set_control.clone();
        self.plain("ST", &[set, &control, version])
    }

    /// Ends the transaction set with its count.
    ///
    /// # Errors
    /// Never for a set that was begun; the type is that of the other writes.
    pub fn end(&mut self) -> Result<(), WriteError> {
        let count = (self.segments + 1).to_string();
        let control = self.set_control.clone();
        self.plain("SE", &[&count, &control])
    }

    /// Segments of the open transaction set so far, ST included.
    #[must_use]
    pub fn segments(&self) -> u64 {
        self.segments
    }

    /// Writes a segment of simple elements; empty ones at the end are left away.
    ///
    /// # Errors
    /// When a value holds a separator.
    pub fn plain(&mut self, id: &str, values: &[&str]) -> Result<(), WriteError> {
        let fields: Vec<_> = values.iter().map(|value| Field::Text(value)).collect();
        self.segment(id, &fields)
    }

    /// Writes a segment; empty elements and components at the end are left away.
    ///
    /// # Errors
    /// When a value holds a separator.
    pub fn segment(&mut self, id: &str, fields: &[Field<'_>]) -> Result<(), WriteError> {
        let is_empty = |field: &Field<'_>| match field {
            Field::Text(text) => text.is_empty(),
            Field::Parts(parts) => parts.iter().all(|part| part.is_empty()),
        };
        let used = fields.iter().rposition(|field| !is_empty(field)).map_or(0, |last| last + 1);
        self.segments += 1;
        self.out.extend_from_slice(id.as_bytes());
        for (index, field) in fields[..used].iter().enumerate() {
            self.out.push(self.envelope.delimiters.element);
            let place = (id, index + 1);
            match field {
                Field::Text(text) => self.value(text, place)?,
                Field::Parts(parts) => {
                    let used = parts.iter().rposition(|part| !part.is_empty()).map_or(0, |last| last + 1);
                    for (index, part) in parts[..used].iter().enumerate() {
                        if index > 0 {
                            self.out.push(self.envelope.delimiters.component);
                        }
                        self.value(part, place)?;
                    }
                }
            }
        }
        self.terminate();
        Ok(())
    }

    fn value(&mut self, text: &str, (segment, element): (&str, usize)) -> Result<(), WriteError> {
        if text.bytes().any(|byte| self.envelope.delimiters.contains(byte)) {
            return Err(WriteError::Separator { segment: segment.to_owned(), element });
        }
        self.out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn terminate(&mut self) {
        self.out.push(self.envelope.delimiters.terminator);
        if self.envelope.line_ends {
            self.out.push(b'\n');
        }
    }

    /// Ends group and interchange and gives the file.
    ///
    /// # Errors
    /// Never; the type is that of the other writes.
    pub fn finish(mut self) -> Result<Vec<u8>, WriteError> {
        let control = self.envelope.control.to_string();
        let sets = self.sets.to_string();
        self.plain("GE", &[&sets, &control])?;
        self.plain("IEA", &["1", &format!("{:09}", self.envelope.control)])?;
        Ok(self.out)
    }
}
