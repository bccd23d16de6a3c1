//! The schemas that editors use.

use std::path::PathBuf;

use crate::course::{FileKind, schema};

fn committed(kind: FileKind) -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/schema");
    PathBuf::from(root).join(format!("{}.schema.json", kind.as_str()))
}

/// `SOCKGRADE_WRITE_SCHEMAS=1 cargo test schemas` writes what is to be committed.
#[test]
fn the_committed_schemas_are_fresh() {
    let write = std::env::var_os("SOCKGRADE_WRITE_SCHEMAS").is_some();
    for kind in FileKind::ALL {
        let text = serde_json::to_string_pretty(&schema(kind)).expect("a schema is JSON") + "\n";
        let path = committed(kind);
        if write {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(&path, &text).expect("a file");
        }
        let there = std::fs::read_to_string(&path).expect("the schema is committed");
        assert!(
            there == text,
            "{} is not fresh: see the line above this test",
            path.display()
        );
    }
}

#[test]
fn the_schemas_are_of_draft_7_and_tell_what_keys_are_for() {
    for kind in FileKind::ALL {
        let schema = schema(kind);
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
        assert_eq!(schema["additionalProperties"], false);
        let properties = schema["properties"].as_object().expect("a map");
        for (key, value) in properties {
            assert!(
                value["description"].is_string(),
                "`{key}` has a description"
            );
        }
        let text = schema.to_string();
        assert!(
            !text.contains("\"null\""),
            "a key without a value is a mistake"
        );
    }
}
