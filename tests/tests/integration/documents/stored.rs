//! Contents in a store elsewhere that speaks S3, here one of the crate's own in memory.

use parvis_api::documents::storage::{Place, Storage};
use parvis_domain::ids::{FileId, ProgrammeId};
use std::io::Write;
use std::sync::Arc;
use uuid::Uuid;

fn there() -> Place {
    Place {
        programme: ProgrammeId(Uuid::from_u128(1)),
        file: FileId(Uuid::from_u128(2)),
    }
}

/// Puts a content of several pieces, reads a part of it, removes it twice.
pub(super) fn round(storage: &Storage) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let content: Vec<u8> = (0..20_u32 << 20).map(|n| n.to_le_bytes()[1]).collect();
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(&content).expect("it is written");
    std::io::Seek::rewind(&mut file).expect("it is rewound");
    runtime.block_on(async {
        storage.put(there(), file).await.expect("it is stored");
        let whole = storage.get(there(), None).await.expect("it is there");
        assert!(whole.bytes().await.expect("it can be read") == content);
        let part = storage
            .get(there(), Some(10_000_000..10_000_100))
            .await
            .expect("it is there");
        assert_eq!(
            part.bytes().await.expect("it can be read"),
            &content[10_000_000..10_000_100]
        );
        storage.remove(there()).await.expect("it is removed");
        storage
            .remove(there())
            .await
            .expect("what is gone can be removed again");
        assert!(storage.get(there(), None).await.is_err());
    });
}

#[test]
fn a_store_elsewhere_keeps_what_a_folder_keeps() {
    round(&Storage::Remote(Arc::new(object_store::memory::InMemory::new())));
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    round(&Storage::Folder(folder.path().to_owned()));
    assert!(super::files(folder.path()).is_empty());
}
