//! Pages of lists: the request as the store takes it, and cursors that fit one list only.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parvis_domain::page::{self, Direction, PageRequest, TOTAL_MAX};
use parvis_domain::{Code, Fault, Faults};
use parvis_store::StoreResult;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::answer::Reply;
use super::query::ListQuery;

/// The names of the orders of a list, each with its column; the first is the default.
pub type Sorts<S> = [(&'static str, S)];

/// The parameters of a list that neither filter nor order it.
const PAGING: [&str; 4] = ["limit", "cursor", "count", "sort"];
const CHECK: usize = 16;
const ID: usize = 16;

/// A list as it was asked for.
#[derive(Debug, Clone)]
pub struct Listing<S> {
    /// What the store is asked.
    pub request: PageRequest<S>,
    binding: Vec<u8>,
    path: String,
    query: String,
}

impl<S: Copy> Listing<S> {
    /// Reads limit, order and cursor. `default` is the order where none is asked for, such as `-created_at`.
    /// `instance` names this installation, whose cursors no other takes.
    ///
    /// # Errors
    /// `parameter_invalid` for limit and order, `cursor_invalid` for a cursor of another list.
    pub fn read<Q: ListQuery>(
        query: &Q,
        sorts: &Sorts<S>,
        default: &str,
        (instance, path, query_string): (&[u8], &str, &str),
    ) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let limit = faults.keep(page::limit(query.limit()));
        let order = query.sort().unwrap_or(default);
        let sort = faults.keep(sort_of(order, sorts));
        let binding = binding(instance, path, order, query);
        let after = faults.keep(query.cursor().map(|cursor| open(cursor, &binding)).transpose());
        let request = limit
            .zip(sort)
            .zip(after)
            .map(|((limit, (sort, direction)), after)| PageRequest {
                limit,
                after,
                sort,
                direction,
                count: query.count(),
            });
        let listing = request.map(|request| Self {
            request,
            binding,
            path: path.to_owned(),
            query: query_string.to_owned(),
        });
        faults.finish(listing)
    }

    /// The page of a short list that is at hand as a whole, in its only order.
    pub fn cut<T>(&self, all: Vec<T>, key: impl Fn(&T) -> (String, Uuid)) -> page::Page<T> {
        let total = self.request.count.then(|| i64::try_from(all.len()).unwrap_or(i64::MAX));
        let from = self
            .request
            .after
            .as_ref()
            .and_then(|after| all.iter().position(|item| key(item).1 == after.1));
        let mut items: Vec<T> = all.into_iter().skip(from.map_or(0, |at| at + 1)).collect();
        let more = items.len() > self.request.limit as usize;
        items.truncate(self.request.limit as usize);
        page::Page {
            last: items.last().filter(|_| more).map(key),
            items,
            total,
        }
    }

    /// The answer: the items in their wire form, the cursor of the next page and its link.
    ///
    /// # Errors
    /// `Internal` for what JSON cannot hold.
    pub fn reply<T, W: Serialize>(&self, page: page::Page<T>, wire: impl FnMut(T) -> W) -> StoreResult<Reply> {
        let next = page.last.as_ref().map(|(key, id)| seal(&self.binding, key, *id));
        let link = next.as_ref().map(|cursor| self.link(cursor));
        let body = parvis_wire::Page {
            items: page.items.into_iter().map(wire).collect::<Vec<W>>(),
            next,
            total: page.total,
            total_is_minimum: page.total.map(|total| total >= TOTAL_MAX),
        };
        Ok(Reply {
            link,
            ..Reply::json(&body)?
        })
    }

    fn link(&self, cursor: &str) -> String {
        let mut parameters: Vec<_> = self
            .query
            .split('&')
            .filter(|p| !p.is_empty() && !p.starts_with("cursor="))
            .collect();
        let cursor = format!("cursor={cursor}");
        parameters.push(&cursor);
        format!("<{}?{}>; rel=\"next\"", self.path, parameters.join("&"))
    }
}

fn sort_of<S: Copy>(order: &str, sorts: &Sorts<S>) -> Result<(S, Direction), Fault> {
    let (name, direction) = match order.strip_prefix('-') {
        Some(name) => (name, Direction::Descending),
        None => (order, Direction::Ascending),
    };
    let found = sorts.iter().find(|(known, _)| *known == name);
    found.map(|(_, sort)| (*sort, direction)).ok_or_else(|| {
        let names: Vec<_> = sorts.iter().map(|(name, _)| *name).collect();
        let detail = format!("This list is ordered by {}; a leading - reverses it.", names.join(", "));
        Fault::new(Code::ParameterInvalid, "sort", detail).with("allowed", names.join(", "))
    })
}

/// What a cursor belongs to: installation, list, filters and order.
fn binding<Q: ListQuery>(instance: &[u8], path: &str, order: &str, query: &Q) -> Vec<u8> {
    let mut filters = serde_json::to_value(query).unwrap_or_default();
    if let Value::Object(filters) = &mut filters {
        PAGING.iter().for_each(|name| {
            filters.remove(*name);
        });
    }
    digest(&[
        instance,
        path.as_bytes(),
        order.as_bytes(),
        filters.to_string().as_bytes(),
    ])
    .to_vec()
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

fn seal(binding: &[u8], key: &str, id: Uuid) -> String {
    let check = digest(&[binding, key.as_bytes(), id.as_bytes()]);
    let bytes = [check.get(..CHECK).unwrap_or_default(), id.as_bytes(), key.as_bytes()].concat();
    URL_SAFE_NO_PAD.encode(bytes)
}

fn open(cursor: &str, binding: &[u8]) -> Result<(String, Uuid), Fault> {
    let opened = (|| {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let id = Uuid::from_slice(bytes.get(CHECK..CHECK + ID)?).ok()?;
        let key = String::from_utf8(bytes.get(CHECK + ID..)?.to_vec()).ok()?;
        (seal(binding, &key, id) == cursor).then_some((key, id))
    })();
    opened.ok_or_else(|| {
        let detail = "The cursor belongs to another list, filter or order. Start again without one.";
        Fault::new(Code::CursorInvalid, "cursor", detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::query::list_query;

    list_query! {
        /// A list.
        Things, sort r"^-?(name)$" {
            /// Search.
            q: String,
        }
    }

    const SORTS: &Sorts<u8> = &[("name", 1), ("created_at", 2)];

    fn listing(query: &Things, path: &str) -> Result<Listing<u8>, Code> {
        Listing::read(query, SORTS, "name", (b"here", path, "q=a&cursor=x&limit=2"))
            .map_err(|f| f.0.first().unwrap().code)
    }

    #[test]
    fn a_cursor_goes_on_in_its_own_list_only() {
        let id = Uuid::from_u128(7);
        let query = Things {
            q: Some("a".into()),
            ..Things::default()
        };
        let cursor = seal(&listing(&query, "/things").unwrap().binding, "clé", id);
        let again = |query: &Things, path| listing(query, path).map(|l| l.request.after);
        let with = |query: Things| Things {
            cursor: Some(cursor.clone()),
            ..query
        };
        assert_eq!(again(&with(query.clone()), "/things"), Ok(Some(("clé".to_owned(), id))));
        assert!(
            again(
                &with(Things {
                    limit: Some(3),
                    ..query.clone()
                }),
                "/things"
            )
            .is_ok(),
            "the size may change"
        );
        for other in [
            again(&with(query.clone()), "/others"),
            again(
                &with(Things {
                    q: Some("b".into()),
                    ..query.clone()
                }),
                "/things",
            ),
            again(
                &with(Things {
                    sort: Some("-name".into()),
                    ..query.clone()
                }),
                "/things",
            ),
            again(
                &Things {
                    cursor: Some(format!("{cursor}A")),
                    ..query.clone()
                },
                "/things",
            ),
            again(
                &Things {
                    cursor: Some("é".into()),
                    ..query
                },
                "/things",
            ),
        ] {
            assert_eq!(other, Err(Code::CursorInvalid));
        }
    }

    #[test]
    fn limit_and_order_are_checked() {
        let wrong = Things {
            limit: Some(0),
            sort: Some("age".into()),
            ..Things::default()
        };
        let faults = Listing::read(&wrong, SORTS, "name", (b"", "", "")).unwrap_err();
        assert_eq!(faults.0.len(), 2);
        let right = Things {
            sort: Some("-created_at".into()),
            ..Things::default()
        };
        let request = listing(&right, "/x").unwrap().request;
        assert_eq!((request.sort, request.direction), (2, Direction::Descending));
    }

    #[test]
    fn the_link_keeps_what_was_asked() {
        let reply = listing(&Things::default(), "/things").unwrap();
        let page = page::Page {
            items: vec![1],
            last: Some(("k".into(), Uuid::nil())),
            total: None,
        };
        let link = reply.reply(page, |item| item).unwrap().link.unwrap();
        assert!(
            link.starts_with("</things?q=a&limit=2&cursor=") && link.ends_with(">; rel=\"next\""),
            "{link}"
        );
    }
}
