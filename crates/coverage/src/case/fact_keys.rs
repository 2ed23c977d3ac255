//! Which key of the case gives which fact of the dictionary.

/// Facts with `given_by = "case"`, each with the key that a person writes for it.
const FACT_KEYS: [(&str, &str); 52] = [
    ("payer", "coverage.payer"),
    ("payer_class", "coverage.class"),
    ("plan", "coverage.plan"),
    ("product", "coverage.product"),
    ("funding", "coverage.funding"),
    ("network", "coverage.network"),
    ("benefit", "coverage.benefit"),
    ("issue_state", "coverage.issue_state"),
    ("out_of_network_benefits", "coverage.benefits.out_of_network_benefits"),
    ("home_state", "patient.home_state"),
    ("outside_home_state", "patient.home_state"),
    ("age_years", "patient.birth_date"),
    ("sex", "patient.sex"),
    ("service_state", "facility.state"),
    ("county", "facility.county"),
    ("mac", "facility.county"),
    ("place_of_service", "facility.place_of_service"),
    ("facility_kind", "facility.kind"),
    ("facility_licensed", "facility.licensed"),
    ("owner_lay", "owner.license"),
    ("owner_np", "owner.license"),
    ("owner_pa", "owner.license"),
    ("physician_percent", "owner.percent"),
    ("billing_entity", "billing.entity"),
    ("medically_responsible", "line.responsible"),
    ("facility_accredited", "accreditation.until"),
    ("person_registered", "registration.until"),
    ("laser_registered", "registration.until"),
    ("device_registered", "registration.until"),
    ("drug_store_licensed", "registration.until"),
    ("facility_enrolled", "facility.enrolled"),
    ("facility_sanctioned", "facility.sanctioned"),
    ("clinician_license", "clinician.license"),
    ("clinician_license_active", "clinician.license_expires"),
    ("clinician_excluded", "clinician.excluded"),
    ("clinician_enrolled", "clinician.enrolled"),
    ("clinician_opted_out", "clinician.opted_out_from"),
    ("supervisor_license", "clinician.supervisor.license"),
    ("exam_on_file", "clinician.exam_date"),
    ("exam_date", "clinician.exam_date"),
    ("exam_by", "clinician.exam_by"),
    ("order_on_file", "clinician.order"),
    ("treatment", "line.treatment"),
    ("treatment_kind", "line.treatment"),
    ("region", "line.region"),
    ("side", "line.side"),
    ("purpose", "line.purpose"),
    ("course", "line.course"),
    ("drug", "line.drug.name"),
    ("drug_source", "line.drug.source"),
    ("units_wasted", "line.code.wasted"),
    ("service_date", "date"),
];

/// The key that gives a fact, as a dotted path; `None` for a fact that only other facts give.
#[must_use]
pub fn key_of_fact(fact: &str) -> Option<&'static str> {
    FACT_KEYS.iter().find(|(name, _)| *name == fact).map(|(_, key)| *key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::keys::Section;

    #[test]
    fn every_key_exists() {
        for (fact, path) in FACT_KEYS {
            let (section, key) = path.rsplit_once('.').unwrap_or(("", path));
            let section = Section::at(section).unwrap_or_else(|| panic!("{fact}: no section {section}"));
            assert!(section.key(key).is_some(), "{fact}: no key {path}");
        }
    }
}
