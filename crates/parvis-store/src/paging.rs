//! Pages by key: what follows the last key, never "skip so many". Ids break ties.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use parvis_domain::page::{Page, PageRequest};
use parvis_domain::{Code, Fault};
use uuid::Uuid;

use crate::columns::micros;
use crate::error::{StoreError, StoreResult};

/// A value by which lists are ordered, as it travels in a cursor and as it is compared in the database.
pub(crate) trait SortKey: Sized {
    /// What the column is compared with.
    type Db: Clone;
    /// As text.
    fn text(&self) -> String;
    /// Out of the text of a cursor.
    fn parse(text: &str) -> Option<Self::Db>;
}

impl SortKey for String {
    type Db = String;
    fn text(&self) -> String {
        self.clone()
    }
    fn parse(text: &str) -> Option<String> {
        Some(text.to_owned())
    }
}

impl SortKey for NaiveDate {
    type Db = NaiveDate;
    fn text(&self) -> String {
        self.to_string()
    }
    fn parse(text: &str) -> Option<NaiveDate> {
        text.parse().ok()
    }
}

impl SortKey for DateTime<Utc> {
    type Db = i64;
    fn text(&self) -> String {
        self.to_rfc3339_opts(SecondsFormat::Micros, true)
    }
    fn parse(text: &str) -> Option<i64> {
        text.parse::<DateTime<Utc>>().ok().map(micros)
    }
}

impl SortKey for i64 {
    type Db = i64;
    fn text(&self) -> String {
        self.to_string()
    }
    fn parse(text: &str) -> Option<i64> {
        text.parse().ok()
    }
}

impl SortKey for i32 {
    type Db = i32;
    fn text(&self) -> String {
        self.to_string()
    }
    fn parse(text: &str) -> Option<i32> {
        text.parse().ok()
    }
}

/// The key and id after which a page starts.
pub(crate) fn after<K: SortKey, S>(request: &PageRequest<S>) -> StoreResult<Option<(K::Db, crate::columns::DbId)>> {
    let Some((text, id)) = &request.after else {
        return Ok(None);
    };
    match K::parse(text) {
        Some(key) => Ok(Some((key, crate::columns::DbId(*id)))),
        None => Err(StoreError::from(Fault::new(
            Code::CursorInvalid,
            "cursor",
            "The cursor belongs to another order.",
        ))),
    }
}

/// Orders a boxed query by a column and the id, starts it after the cursor, and asks for one row more than the page.
macro_rules! keyset {
    ($query:expr, $request:expr, $column:expr, $id:expr, $key:ty) => {{
        use ::diesel::prelude::*;
        use ::parvis_domain::page::Direction;
        let mut query = $query;
        let after = $crate::paging::after::<$key, _>($request)?;
        match $request.direction {
            Direction::Ascending => {
                if let Some((key, id)) = after {
                    query = query.filter($column.gt(key.clone()).or($column.eq(key).and($id.gt(id))));
                }
                query
                    .order(($column.asc(), $id.asc()))
                    .limit($crate::paging::one_more($request))
            }
            Direction::Descending => {
                if let Some((key, id)) = after {
                    query = query.filter($column.lt(key.clone()).or($column.eq(key).and($id.lt(id))));
                }
                query
                    .order(($column.desc(), $id.desc()))
                    .limit($crate::paging::one_more($request))
            }
        }
    }};
}
pub(crate) use keyset;

pub(crate) fn one_more<S>(request: &PageRequest<S>) -> i64 {
    i64::from(request.limit) + 1
}

/// Makes a page of rows of which there may be one too many, the sign that more follow.
pub(crate) fn page<T, S>(
    mut items: Vec<T>,
    request: &PageRequest<S>,
    total: Option<i64>,
    key: impl Fn(&T) -> (String, Uuid),
) -> Page<T> {
    let limit = request.limit as usize;
    let more = items.len() > limit;
    items.truncate(limit);
    let last = if more { items.last().map(key) } else { None };
    Page { items, last, total }
}

/// Turns the items of a page into others; the keys stay.
pub(crate) fn map<T, U>(page: Page<T>, items: impl FnOnce(Vec<T>) -> Vec<U>) -> Page<U> {
    Page {
        items: items(page.items),
        last: page.last,
        total: page.total,
    }
}

/// The words of a search as patterns for `LIKE … ESCAPE '\'` on a folded column. At most ten count.
pub(crate) fn patterns(query: Option<&str>) -> Vec<String> {
    let folded = query.map(parvis_domain::text::fold).unwrap_or_default();
    folded.split_whitespace().take(10).map(containing).collect()
}

/// A text as a pattern for `LIKE … ESCAPE '\'`: whatever holds it.
pub(crate) fn containing(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// Counts the rows of a boxed query, up to the most that is counted; only on demand.
macro_rules! total {
    ($conn:expr, $request:expr, $query:expr, $id:expr) => {{
        use ::diesel::prelude::*;
        if $request.count {
            let query = $query.select($id).limit(::parvis_domain::page::TOTAL_MAX);
            let ids: Vec<$crate::columns::DbId> = query.load($conn)?;
            Some(i64::try_from(ids.len()).unwrap_or(i64::MAX))
        } else {
            None
        }
    }};
}
pub(crate) use total;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_a_search_are_letters() {
        assert_eq!(patterns(Some("  50 % Été_ ")), ["%50%", "%\\%%", "%ete\\_%"]);
        assert!(patterns(None).is_empty());
    }
}
