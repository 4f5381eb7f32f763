//! Budgets, lines, grants and the ledger.
