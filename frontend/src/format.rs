//! Numbers, dates and money in the language of the app, through the browser's `Intl`.
//!
//! Amounts carry the ISO code, never a symbol, and narrow no-break spaces, so that they never break over two lines.

use std::cell::RefCell;
use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use leptos::wasm_bindgen::{JsCast, JsValue};
use parvis_domain::{Currency, Money};

use crate::i18n::{I18n, Locale, current, format_tag};
use crate::ledger::money;

const NARROW: char = '\u{202f}';

thread_local! {
    /// Formatters are costly to make and cheap to use.
    static FORMATTERS: RefCell<HashMap<(Locale, &'static str, u32), Function>> = RefCell::new(HashMap::new());
}

/// Formats in the language of the app; reading it in a closure makes the closure follow the language.
#[derive(Clone, Copy)]
pub struct Format(I18n);

impl Format {
    /// The formats of the handle's language.
    pub fn new(i18n: I18n) -> Self {
        Self(i18n)
    }

    fn locale(self) -> Locale {
        current(self.0)
    }

    /// A whole number.
    pub fn number(self, value: i64) -> String {
        self.decimal(&value.to_string(), 0)
    }

    /// A percentage without decimals: `70 %`, `70%`.
    pub fn percent(self, value: i64) -> String {
        match self.locale() {
            Locale::en => format!("{}%", self.number(value)),
            Locale::fr | Locale::es => format!("{}{NARROW}%", self.number(value)),
        }
    }

    /// A percentage that is written as an exact decimal: `69,6 %`.
    pub fn percent_text(self, text: &str) -> String {
        let digits = text.split_once('.').map_or(0, |(_, digits)| digits.len());
        let figure = self.decimal(text, u32::try_from(digits).unwrap_or(0));
        match self.locale() {
            Locale::en => format!("{figure}%"),
            Locale::fr | Locale::es => format!("{figure}{NARROW}%"),
        }
    }

    /// A decimal string with a number of decimals.
    fn decimal(self, value: &str, digits: u32) -> String {
        let formatter = formatter(self.locale(), "number", digits);
        text(&formatter, &JsValue::from_str(value))
            .replace('-', "\u{2212}")
            .replace('\u{a0}', "\u{202f}")
    }

    /// An amount with its currency: `1 312 400,00 EUR`, `EUR 7,440.00`.
    pub fn money(self, money: Money) -> String {
        self.with_code(money, money.currency.digits())
    }

    /// An amount as the API sends it; nothing for what is no money, which it never sends.
    pub fn amount(self, amount: &parvis_wire::Money) -> String {
        money(amount).map(|amount| self.money(amount)).unwrap_or_default()
    }

    /// An amount without cents where it has none: for headlines.
    pub fn money_short(self, money: Money) -> String {
        self.with_code(money, decimals(&[money.minor], money.currency))
    }

    fn with_code(self, money: Money, digits: u32) -> String {
        let figure = self.figure(money, digits);
        match self.locale() {
            Locale::en => format!("{}{NARROW}{figure}", money.currency),
            Locale::fr | Locale::es => format!("{figure}{NARROW}{}", money.currency),
        }
    }

    /// An amount without its currency, for a column whose head names it.
    pub fn figure(self, money: Money, digits: u32) -> String {
        self.decimal(&money.decimal(), digits)
    }

    /// A day: `14 mars 2023`, `14 March 2023`.
    pub fn day(self, day: NaiveDate) -> String {
        self.dated("day", day)
    }

    /// A day in a table: `14 mars 2023` with a short month.
    pub fn day_short(self, day: NaiveDate) -> String {
        self.dated("day-short", day)
    }

    /// A month of a year: `mars 2023`.
    pub fn month(self, day: NaiveDate) -> String {
        self.dated("month", day)
    }

    fn dated(self, style: &'static str, day: NaiveDate) -> String {
        let midday = js_sys::Date::new_with_year_month_day_hr(
            u32::try_from(day.year()).unwrap_or(1970),
            i32::try_from(day.month0()).unwrap_or(0),
            i32::try_from(day.day()).unwrap_or(1),
            12,
        );
        text(&formatter(self.locale(), style, 0), &midday)
    }

    /// A period, its ends short: `6 sept. 2022 – 24 oct. 2022`.
    pub fn period(self, from: NaiveDate, to: Option<NaiveDate>) -> String {
        match to {
            Some(to) if to == from => self.day_short(from),
            Some(to) => format!("{} – {}", self.day_short(from), self.day_short(to)),
            None => format!("{} –", self.day_short(from)),
        }
    }

    /// An instant in the reader's own time zone: `14 mars 2023, 18:30`.
    pub fn instant(self, at: DateTime<Utc>) -> String {
        let date = Date::new(&JsValue::from_f64(at.timestamp_millis() as f64));
        text(&formatter(self.locale(), "instant", 0), &date)
    }
}

/// The formats of the component tree.
pub fn formats() -> Format {
    Format::new(crate::i18n::words())
}

/// How many decimals a column of amounts shows: none if all are whole, else those of the currency.
pub fn decimals(minors: &[i64], currency: Currency) -> u32 {
    let unit = 10_i64.pow(currency.digits());
    if minors.iter().all(|minor| minor % unit == 0) {
        0
    } else {
        currency.digits()
    }
}

/// Today, on this device.
pub fn today() -> NaiveDate {
    let now = Date::new_0();
    i32::try_from(now.get_full_year())
        .ok()
        .and_then(|year| NaiveDate::from_ymd_opt(year, now.get_month() + 1, now.get_date()))
        .unwrap_or_default()
}

/// An instant of the reader's own time zone, as RFC 3339 in UTC: the end of the minute that was written.
pub fn instant_at(day: NaiveDate, hours: u32, minutes: u32) -> Option<String> {
    let whole = |number: u32| i32::try_from(number).ok();
    let date = Date::new_with_year_month_day_hr_min_sec(
        u32::try_from(day.year()).ok()?,
        whole(day.month0())?,
        whole(day.day())?,
        whole(hours)?,
        whole(minutes)?,
        59,
    );
    DateTime::<Utc>::from_timestamp_millis(date.get_time() as i64)
        .map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

/// An instant as it stands in a field: `12/04/2026 18:30`, in the reader's own time zone.
pub fn instant_text(at: DateTime<Utc>) -> String {
    let date = Date::new(&JsValue::from_f64(at.timestamp_millis() as f64));
    let (day, month, year) = (date.get_date(), date.get_month() + 1, date.get_full_year());
    format!(
        "{day:02}/{month:02}/{year:04} {:02}:{:02}",
        date.get_hours(),
        date.get_minutes()
    )
}

/// Today in a time zone of the IANA database; on this device where the browser does not know the zone.
pub fn today_in(zone: &str) -> NaiveDate {
    let options = Object::new();
    let _ = Reflect::set(&options, &"timeZone".into(), &zone.into());
    // Swedish writes dates as ISO does. Called by name, because an unknown zone throws.
    let now = JsValue::from(Date::new_0());
    let write = Reflect::get(&now, &"toLocaleDateString".into())
        .ok()
        .and_then(|f| f.dyn_into::<Function>().ok());
    let written = write.and_then(|write| write.call2(&now, &"sv-SE".into(), &options).ok());
    written
        .and_then(|text| text.as_string()?.parse().ok())
        .unwrap_or_else(today)
}

fn text(formatter: &Function, value: &JsValue) -> String {
    formatter
        .call1(&JsValue::UNDEFINED, value)
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

fn formatter(locale: Locale, style: &'static str, digits: u32) -> Function {
    FORMATTERS.with_borrow_mut(|all| {
        all.entry((locale, style, digits))
            .or_insert_with(|| make(locale, style, digits))
            .clone()
    })
}

fn make(locale: Locale, style: &str, digits: u32) -> Function {
    let locales = Array::of1(&JsValue::from_str(format_tag(locale)));
    let options = Object::new();
    let set = |name: &str, value: &JsValue| {
        let _ = Reflect::set(&options, &JsValue::from_str(name), value);
    };
    if style == "number" {
        set("minimumFractionDigits", &digits.into());
        set("maximumFractionDigits", &digits.into());
        return Intl::NumberFormat::new(&locales, &options).format();
    }
    let month = if style == "day" { "long" } else { "short" };
    set("year", &"numeric".into());
    set("month", &month.into());
    if style != "month" {
        set("day", &"numeric".into());
    }
    if style == "instant" {
        set("hour", &"2-digit".into());
        set("minute", &"2-digit".into());
    }
    Intl::DateTimeFormat::new(&locales, &options).format()
}
