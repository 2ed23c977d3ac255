//! Reading the files of the menu.

use codes::{CodeSet, IcdSet, ProcedureCode};
use coverage::case::DrugSource;
use policy::diagnostic::Diagnostic;
use policy::span::{SourceId, Spanned};

use super::{Benefit, Choice, DrugCode, Indication, Leads, Menu, Part, Product, Treatment, TreatmentKind};
use crate::finding;
use crate::names::{Names, fold};
use crate::reader::{Entry, Reader};
use crate::regions::Regions;

impl Menu {
    /// Reads all files of the menu as one; names that mean several treatments may point into any of them.
    pub(crate) fn load(files: &[(SourceId, &str)], regions: &Regions, findings: &mut Vec<Diagnostic>) -> Self {
        let mut menu = Self {
            treatments: Vec::new(),
            regions: regions.all().iter().map(|region| region.id.clone()).collect(),
            names: Names::new("treatment"),
        };
        let mut ambiguous = Vec::new();
        for (source, text) in files {
            let mut reader = Reader::new(*source, findings);
            let mut file = reader.parse(text);
            for entry in reader.entries(&mut file, "treatment") {
                menu.add(&mut reader, entry);
            }
            for entry in reader.entries(&mut file, "ambiguous") {
                ambiguous.push((*source, entry));
            }
            reader.finish(file);
        }
        let ids: Vec<String> = menu.treatments.iter().map(|treatment| treatment.id.clone()).collect();
        for (source, entry) in ambiguous {
            Reader::new(source, findings).ambiguous(entry, "treatments", "treatment", &ids, &mut menu.names);
        }
        menu
    }

    fn add(&mut self, reader: &mut Reader<'_>, mut entry: Entry<'_>) {
        let id = reader.id(&mut entry);
        let name = reader.text(&mut entry, "name");
        let name_es = reader.text_if_any(&mut entry, "name_es");
        let kind = reader.word(&mut entry, "kind", &TreatmentKind::ALL);
        let because = reader.text(&mut entry, "because");
        let benefit = reader.word_if_any(&mut entry, "benefit", &Benefit::ALL).unwrap_or_default();
        let aliases = reader.texts(&mut entry, "aliases");
        let products = reader.entries(&mut entry, "product");
        let areas = reader.entries(&mut entry, "area");
        let indications = reader.entries(&mut entry, "indication");
        reader.finish(entry);
        let (Some(id), Some(name), Some(kind), Some(because)) = (id, name, kind, because) else { return };

        for alias in [&id, &name].into_iter().chain(&name_es).chain(&aliases) {
            self.name(reader, alias, Part::Whole);
        }
        let mut read_products = Vec::new();
        for product in products {
            let part = Part::Product(read_products.len());
            read_products.extend(self.product(reader, product, part));
        }
        for area in areas {
            self.area(reader, area);
        }
        let mut read_indications = Vec::new();
        for indication in indications {
            let part = Part::Indication(read_indications.len());
            read_indications.extend(self.indication(reader, indication, part, &read_indications));
        }
        self.treatments.push(Treatment {
            id: id.value,
            name: name.value,
            name_es: name_es.map(|name| name.value),
            kind,
            because: because.value,
            benefit,
            products: read_products,
            indications: read_indications,
        });
    }

    fn product(&mut self, reader: &mut Reader<'_>, mut entry: Entry<'_>, part: Part) -> Option<Product> {
        let name = reader.text(&mut entry, "name");
        let source = reader.word_if_any(&mut entry, "source", &SOURCES);
        let drug_code = drug_code(reader, &mut entry);
        let choice = choice(reader, &mut entry);
        let aliases = reader.texts(&mut entry, "aliases");
        reader.finish(entry);
        let name = name?;
        for alias in std::iter::once(&name).chain(&aliases) {
            self.name(reader, alias, part);
        }
        let names = std::iter::once(&name).chain(&aliases).map(|name| fold(&name.value)).collect();
        Some(Product { name: name.value, names, source, drug_code, choice })
    }

    /// Names that tell the part of the body.
    fn area(&mut self, reader: &mut Reader<'_>, mut entry: Entry<'_>) {
        let region = reader.text(&mut entry, "region");
        let aliases = reader.texts(&mut entry, "aliases");
        reader.finish(entry);
        let Some(region) = region.and_then(|region| self.region(reader, &region)) else { return };
        for alias in &aliases {
            self.name(reader, alias, Part::Region(region));
        }
    }

    fn indication(
        &mut self,
        reader: &mut Reader<'_>,
        mut entry: Entry<'_>,
        part: Part,
        others: &[Indication],
    ) -> Option<Indication> {
        let id = reader.id(&mut entry);
        let name = reader.text(&mut entry, "name");
        let cosmetic = reader.word_if_any(&mut entry, "purpose", &[("cosmetic", ())]).is_some();
        let written = reader.texts(&mut entry, "diagnoses");
        let codes = reader.texts(&mut entry, "codes");
        let codes = codes.iter().filter_map(|code| reader.parsed::<ProcedureCode>(code)).collect();
        let drug_code = drug_code(reader, &mut entry);
        let choice = choice(reader, &mut entry);
        let region = reader.text_if_any(&mut entry, "region");
        let aliases = reader.texts(&mut entry, "aliases");
        reader.finish(entry);
        let diagnoses = diagnoses(reader, &written);
        let (id, name) = (id?, name?);
        if let Some(other) = others.iter().find(|other| other.id == id.value) {
            reader.error(&finding::TWICE, id.span, format!("`{}` is defined twice", other.id));
        }
        if let Some(other) = others.iter().find(|other| other.diagnoses.intersects(&diagnoses)) {
            let message = format!("`{}` and `{}` share a diagnosis", id.value, other.id);
            reader.error(&finding::OVERLAP, id.span, message);
        }
        for alias in &aliases {
            self.name(reader, alias, part);
        }
        let region = region.filter(|region| self.region(reader, region).is_some()).map(|region| region.value);
        Some(Indication {
            id: id.value,
            name: name.value,
            cosmetic,
            diagnoses,
            diagnosis_patterns: written.into_iter().map(|pattern| pattern.value).collect(),
            codes,
            drug_code,
            choice,
            region,
        })
    }

    /// Adds a name of the treatment that is being read.
    fn name(&mut self, reader: &mut Reader<'_>, name: &Spanned<String>, to: Part) {
        let leads = Leads { treatment: self.treatments.len(), to };
        reader.add_name(&mut self.names, name, leads);
    }

    fn region(&self, reader: &mut Reader<'_>, written: &Spanned<String>) -> Option<usize> {
        let found = self.regions.iter().position(|region| *region == written.value);
        if found.is_none() {
            reader.unknown("body region", written, self.regions.iter().map(String::as_str));
        }
        found
    }
}

fn drug_code(reader: &mut Reader<'_>, entry: &mut Entry<'_>) -> Option<DrugCode> {
    let written = reader.text_if_any(entry, "drug_code");
    let from = reader.date_if_any(entry, "drug_code_from");
    let code = reader.parsed::<ProcedureCode>(&written?)?;
    Some(DrugCode { code, from })
}

fn choice(reader: &mut Reader<'_>, entry: &mut Entry<'_>) -> Option<Choice> {
    let written = reader.texts(entry, "one_of");
    if written.is_empty() {
        return None;
    }
    let by = reader.text(entry, "one_of_by")?;
    let mut codes = CodeSet::default();
    for pattern in &written {
        codes = codes.union(&reader.parsed::<CodeSet>(pattern)?);
    }
    Some(Choice { codes, written: written.into_iter().map(|pattern| pattern.value).collect(), by: by.value })
}

fn diagnoses(reader: &mut Reader<'_>, written: &[Spanned<String>]) -> IcdSet {
    let mut all = IcdSet::default();
    for pattern in written {
        if let Some(set) = reader.parsed::<IcdSet>(pattern) {
            all = all.union(&set);
        }
    }
    all
}

const SOURCES: [(&str, DrugSource); 3] =
    [("brand", DrugSource::Brand), ("generic", DrugSource::Generic), ("compounded", DrugSource::Compounded)];
