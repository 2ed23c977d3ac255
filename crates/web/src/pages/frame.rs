//! What stands around every page: who is signed in, where they work, where they may go.

use askama::Template;
use store::nouns::{Change, Facility};
use store::{Query, Role};

use crate::Desk;
use crate::access::Right;
use crate::error::Problem;
use crate::who::Who;

/// The parts of the desk, in the order of the rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Check,
    Today,
    Patients,
    Visits,
    Policies,
    Practice,
    Oversight,
    Settings,
    /// A page of the person, which is no part of the rail.
    Own,
}

/// Sections of the rail: section, name, first page, the sign, the right without which it is not shown.
const RAIL: [(Section, &str, &str, &str, Right); 8] = [
    (
        Section::Check,
        "Check coverage",
        "/check",
        "M9 11.5l2.2 2.2L15.5 9.5M12 3l8 3v5.5c0 4.7-3.3 8-8 9.5-4.7-1.5-8-4.8-8-9.5V6z",
        Right::DeterminationMake,
    ),
    (Section::Today, "Today", "/today", "M5 5h14v15H5zM5 10h14M9 3v4M15 3v4", Right::VisitRead),
    (
        Section::Patients,
        "Patients",
        "/patients",
        "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0",
        Right::PatientRead,
    ),
    (Section::Visits, "Visits", "/visits", "M6 4h12v16H6zM9 8h6M9 12h6M9 16h4", Right::VisitRead),
    (
        Section::Policies,
        "Policies",
        "/policies",
        "M4 5h6a2 2 0 0 1 2 2v13a2 2 0 0 0-2-2H4zM20 5h-6a2 2 0 0 0-2 2v13a2 2 0 0 1 2-2h6z",
        Right::LibraryRead,
    ),
    (Section::Practice, "Practice", "/expiries", "M4 20V9l8-5 8 5v11M9 20v-6h6v6", Right::PracticeRead),
    (
        Section::Oversight,
        "Oversight",
        "/reviews",
        "M2.5 12S6 6 12 6s9.5 6 9.5 6-3.5 6-9.5 6-9.5-6-9.5-6zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
        Right::ChangeRead,
    ),
    (Section::Settings, "Settings", "/settings", "M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4", Right::UserRead),
];

/// Pages that share a section: name, address, the right without which it is not shown.
fn tabs(section: Section) -> &'static [(&'static str, &'static str, Right)] {
    match section {
        Section::Policies => &[
            ("Policies", "/policies", Right::LibraryRead),
            ("Matrix", "/matrix", Right::LibraryRead),
            ("Next quarter", "/next-quarter", Right::Replay),
        ],
        Section::Practice => &[
            ("Expiring", "/expiries", Right::PracticeRead),
            ("Clinicians", "/clinicians", Right::PracticeRead),
            ("Facilities", "/facilities", Right::PracticeRead),
        ],
        Section::Oversight => &[
            ("Changes after a verdict", "/reviews", Right::ChangeRead),
            ("Broken glass", "/glass", Right::GlassReview),
            ("Audit", "/audit", Right::AuditRead),
        ],
        Section::Settings => &[
            ("Practice", "/settings", Right::UserRead),
            ("HIPAA status", "/settings/hipaa", Right::UserRead),
            ("Users", "/settings/users", Right::UserRead),
            ("Programs", "/settings/tokens", Right::TokenManage),
            ("Webhooks", "/settings/hooks", Right::HookManage),
        ],
        _ => &[],
    }
}

/// What stands around a page.
pub(crate) struct Frame {
    pub(crate) title: String,
    section: Section,
    pub(crate) user: String,
    pub(crate) role: &'static str,
    pub(crate) csrf: String,
    pub(crate) practice: String,
    pub(crate) library: String,
    pub(crate) demo: bool,
    pub(crate) idle_seconds: u64,
    pub(crate) path: &'static str,
    pub(crate) facilities: Vec<Place>,
    pub(crate) may_search: bool,
    rights: Vec<Right>,
    to_review: u64,
}

/// A facility at which the person may work.
pub(crate) struct Place {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) chosen: bool,
}

/// An entry of the rail.
pub(crate) struct Item {
    pub(crate) name: &'static str,
    pub(crate) href: &'static str,
    pub(crate) sign: &'static str,
    pub(crate) here: bool,
    pub(crate) count: u64,
}

#[derive(Template)]
#[template(path = "tabs.html")]
struct Tabs {
    tabs: Vec<(&'static str, &'static str, bool)>,
}

impl Frame {
    /// The frame of a page of a section.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub(crate) async fn new(desk: &Desk, who: &Who, title: &str, section: Section) -> Result<Self, Problem> {
        let practice = desk.store().peek(desk.store().practice()).await?;
        let facilities = desk.store().peek_all(&Query::<Facility>::all()).await?;
        let places = facilities.items.iter().filter(|facility| facility.active && who.works_at(facility.id));
        let places = places.map(|facility| Place {
            id: facility.id.to_string(),
            name: facility.name.clone(),
            chosen: who.facility == Some(facility.id),
        });
        let to_review = if who.may(Right::ChangeRead) {
            desk.store().count(&Query::<Change>::all().state("open")).await?
        } else {
            0
        };
        Ok(Self {
            title: title.to_owned(),
            section,
            user: who.name.clone(),
            role: role_name(who.role),
            csrf: who.csrf.clone().unwrap_or_default(),
            practice: practice.name.clone(),
            library: desk.library().version().to_owned(),
            demo: desk.demo(),
            idle_seconds: u64::try_from(crate::signin::session::IDLE_MAX.as_secs()).unwrap_or_default(),
            path: RAIL.iter().find(|(of, ..)| *of == section).map_or("/me", |(_, _, href, ..)| href),
            facilities: places.collect(),
            may_search: who.may(Right::PatientRead),
            rights: Right::ALL.into_iter().filter(|right| who.may(*right)).collect(),
            to_review,
        })
    }

    /// The rail, as far as the person's role reaches.
    pub(crate) fn nav(&self) -> Vec<Item> {
        let shown = RAIL.iter().filter(|(.., right)| self.rights.contains(right));
        let item = |(section, name, href, sign, _): &(Section, &'static str, &'static str, &'static str, Right)| Item {
            name,
            href,
            sign,
            here: *section == self.section,
            count: if *section == Section::Oversight { self.to_review } else { 0 },
        };
        shown.map(item).collect()
    }

    /// Where the person works now.
    pub(crate) fn place(&self) -> Option<&str> {
        self.facilities.iter().find(|place| place.chosen).map(|place| place.name.as_str())
    }

    /// The pages of the section; none if there is but one.
    pub(crate) fn tabs(&self, here: &str) -> String {
        let shown = tabs(self.section).iter().filter(|(.., right)| self.rights.contains(right));
        let tabs: Vec<_> = shown.map(|(name, href, _)| (*name, *href, href.trim_start_matches('/') == here)).collect();
        if tabs.len() < 2 {
            return String::new();
        }
        Tabs { tabs }.render().unwrap_or_default()
    }

    /// Whether the person holds a right.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }
}

/// What a role is called.
pub(crate) fn role_name(role: Role) -> &'static str {
    match role {
        Role::FrontDesk => "Front desk",
        Role::Clinician => "Clinician",
        Role::Biller => "Biller",
        Role::Compliance => "Compliance",
        Role::Owner => "Owner",
        Role::Auditor => "Auditor",
        Role::Integration => "Program",
    }
}
