//! Several statements that must see the same state.

use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, TransactionManager};

use crate::connection::Conn;
use crate::error::StoreResult;

/// Runs `work`, which only reads, on one state of the database: what others commit meanwhile is not seen.
///
/// # Errors
/// Those of `work` and of the database.
pub fn snapshot<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> StoreResult<T>) -> StoreResult<T> {
    match conn {
        Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN")?,
        Conn::Postgres(c) => {
            AnsiTransactionManager::begin_transaction_sql(c, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        }
    }
    let given = work(conn);
    <Conn as Connection>::TransactionManager::rollback_transaction(conn)?;
    given
}
