//! The time axis: bars of steps over months, in as few rows as they fit without touching.

use chrono::{Datelike, Days, Months, NaiveDate};

/// Width of the drawing in units of its view box.
pub const WIDTH: i64 = 1180;
const MARGIN: i64 = 20;
const ROW: i64 = 44;
const TOP: i64 = 44;
/// Height of a bar.
pub const BAR: i64 = 36;
/// The least width a bar has, so that it can be pointed at.
const BAR_MIN: i64 = 24;
/// Units that a character of a label takes.
const LETTER: i64 = 7;
/// The most characters of a label beside its bar.
const BESIDE_MAX: usize = 26;
/// Free space after a bar before the next may begin in the same row.
const GAP: i64 = 6;

/// What is drawn: from a day to a day, and how long its label is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Characters of its label.
    pub letters: usize,
}

/// A bar of the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// Left edge.
    pub x: i64,
    /// Upper edge.
    pub y: i64,
    /// Width.
    pub width: i64,
    /// Where the label begins: in the bar where it fits, else beside it.
    pub label_x: i64,
    /// How many characters of the label fit there, at about 7 units each.
    pub room: usize,
}

/// A line of the grid, at the start of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// Place.
    pub x: i64,
    /// The month.
    pub month: NaiveDate,
}

/// The whole drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// One bar per span, in the order given.
    pub bars: Vec<Bar>,
    /// The months that have a line.
    pub ticks: Vec<Tick>,
    /// Where today is, if it lies on the axis.
    pub today: Option<i64>,
    /// Height of the drawing.
    pub height: i64,
}

/// Lays out the spans. Returns `None` where there is nothing to draw.
#[must_use]
pub fn lay_out(spans: &[Span], today: NaiveDate) -> Option<Axis> {
    let first = spans.iter().map(|span| span.from).min()?.with_day(1)?;
    let last = spans
        .iter()
        .map(|span| span.to.max(span.from))
        .max()?
        .checked_add_months(Months::new(1))?
        .with_day(1)?;
    let days = (last - first).num_days().max(28);
    let place = |day: NaiveDate| MARGIN + (WIDTH - 2 * MARGIN) * (day - first).num_days() / days;
    let mut rows: Vec<i64> = Vec::new();
    let mut bars = vec![None; spans.len()];
    let mut order: Vec<(usize, &Span)> = spans.iter().enumerate().collect();
    order.sort_by_key(|(index, span)| (span.from, *index));
    for (index, span) in order {
        let x = place(span.from);
        let end = place(span.to.max(span.from).checked_add_days(Days::new(1))?);
        let width = (end - x).max(BAR_MIN);
        let inside = usize::try_from((width - 12) / LETTER).unwrap_or(0);
        let beside = span.letters.min(BESIDE_MAX);
        let taken = i64::try_from(beside).unwrap_or(0) * LETTER;
        let (from, until, label_x, room) = if span.letters <= inside || inside >= BESIDE_MAX {
            (x, x + width, x + 8, inside)
        } else if x + width + 6 + taken <= WIDTH {
            (x, x + width + 6 + taken, x + width + 6, beside)
        } else {
            ((x - 6 - taken).max(0), x + width, (x - 6 - taken).max(0), beside)
        };
        let row = rows.iter().position(|free| *free <= from).unwrap_or(rows.len());
        if row == rows.len() {
            rows.push(0);
        }
        if let Some(free) = rows.get_mut(row) {
            *free = until + GAP;
        }
        let y = TOP + ROW * i64::try_from(row).unwrap_or(0);
        if let Some(slot) = bars.get_mut(index) {
            *slot = Some(Bar {
                x,
                y,
                width,
                label_x,
                room,
            });
        }
    }
    let height = TOP + ROW * i64::try_from(rows.len()).unwrap_or(1) + 32;
    Some(Axis {
        bars: bars.into_iter().flatten().collect(),
        ticks: ticks(first, last)
            .into_iter()
            .map(|month| Tick { x: place(month), month })
            .collect(),
        today: (first..=last).contains(&today).then(|| place(today)),
        height,
    })
}

/// Starts of months, as many as can be read: every month up to a year, then every second, third, sixth, twelfth.
fn ticks(first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
    let months = (last.year() - first.year()) * 12 + last.month() as i32 - first.month() as i32;
    let step = [1, 2, 3, 6, 12, 24, 60]
        .into_iter()
        .find(|step| months / step <= 10)
        .unwrap_or(120);
    let step = Months::new(u32::try_from(step).unwrap_or(120));
    std::iter::successors(Some(first), |day| day.checked_add_months(step))
        .take_while(|day| *day <= last)
        .collect()
}

/// A label that fits its bar: cut after a whole word, so that it stays a part of the name, or nothing where none fits.
#[must_use]
pub fn label(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let kept = text
        .char_indices()
        .take(room)
        .filter(|(_, letter)| letter.is_whitespace())
        .last()
        .and_then(|(end, _)| text.get(..end));
    kept.map_or_else(String::new, |kept| format!("{}…", kept.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn span(from: &str, to: &str) -> Span {
        Span {
            from: day(from),
            to: day(to),
            letters: 10,
        }
    }

    #[test]
    fn nothing_to_draw_is_no_axis() {
        assert_eq!(lay_out(&[], day("2023-03-14")), None);
    }

    #[test]
    fn bars_that_overlap_take_two_rows_and_others_one() {
        let spans = [
            span("2022-09-06", "2022-10-24"),
            span("2022-10-01", "2022-12-09"),
            span("2023-01-10", "2023-02-06"),
        ];
        let axis = lay_out(&spans, day("2023-01-01")).unwrap();
        assert_eq!(axis.bars[0].y, axis.bars[2].y);
        assert!(axis.bars[1].y > axis.bars[0].y);
        assert!(axis.bars.iter().all(|bar| bar.x >= 0 && bar.x + bar.width <= WIDTH));
        assert!(axis.today.is_some());
    }

    #[test]
    fn a_single_day_can_still_be_pointed_at() {
        let axis = lay_out(
            &[span("2020-01-01", "2020-01-01"), span("2029-01-01", "2029-12-31")],
            day("2035-01-01"),
        )
        .unwrap();
        assert!(axis.bars[0].width >= BAR_MIN);
        assert_eq!(axis.today, None);
        assert!(axis.ticks.len() <= 12, "{:?}", axis.ticks.len());
    }

    #[test]
    fn a_label_that_does_not_fit_its_bar_stands_beside_it_and_keeps_its_place_free() {
        let spans = [
            span("2015-03-01", "2015-06-16"),
            span("2026-01-06", "2026-01-27"),
            span("2026-12-01", "2026-12-31"),
        ];
        let axis = lay_out(&spans, day("2026-03-01")).unwrap();
        assert!(axis.bars[0].label_x > axis.bars[0].x + axis.bars[0].width);
        assert!(
            axis.bars[2].label_x < axis.bars[2].x,
            "at the end of the axis it stands before its bar"
        );
        assert!(axis.bars[2].y > axis.bars[1].y);
        assert_eq!(axis.bars[0].room, 10);
    }

    #[test]
    fn labels_are_cut_where_they_end() {
        assert_eq!(label("Atelier jardins", 20), "Atelier jardins");
        assert_eq!(label("Atelier jardins", 9), "Atelier…");
        assert_eq!(label("Atelier jardins partagés", 17), "Atelier jardins…");
        assert_eq!(label("Atelier", 3), "");
    }
}
