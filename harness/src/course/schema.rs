//! JSON Schemas of the kinds of files, for editors and for the check of the form (`shape`).

use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use super::raw::{RawCourse, RawExercise, RawFixtures, RawScenario};

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// `course.yaml`.
    Course,
    /// `EXERCISE/exercise.yaml`.
    Exercise,
    /// `EXERCISE/ROLE/NAME.yaml` and `common/ROLE/NAME.yaml`.
    Scenario,
    /// `fixtures/table.yaml`.
    Fixtures,
}

impl FileKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Course, Self::Exercise, Self::Scenario, Self::Fixtures];

    /// The word in `schema/WORD.schema.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Course => "course",
            Self::Exercise => "exercise",
            Self::Scenario => "scenario",
            Self::Fixtures => "fixtures",
        }
    }
}

/// The schema of a kind of file, in draft 7: YAML editors still validate with that.
pub fn schema(kind: FileKind) -> Value {
    let schema = match kind {
        FileKind::Course => of::<RawCourse>(),
        FileKind::Exercise => of::<RawExercise>(),
        FileKind::Scenario => of::<RawScenario>(),
        FileKind::Fixtures => of::<RawFixtures>(),
    };
    Value::clone(&schema)
}

/// The schema of a type that is read from YAML. It is made once: a course has hundreds of files of a kind.
pub(super) fn of<T: JsonSchema + 'static>() -> Arc<Value> {
    static MADE: Mutex<BTreeMap<TypeId, Arc<Value>>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let schema = made.entry(TypeId::of::<T>()).or_insert_with(|| {
        let generator = SchemaSettings::draft07().into_generator();
        let mut schema = generator.into_root_schema_for::<T>();
        NoNulls.transform(&mut schema);
        Arc::new(schema.into())
    });
    Arc::clone(schema)
}

/// Takes out `null`: what is optional may be left out, but a key without a value is a mistake.
struct NoNulls;

impl Transform for NoNulls {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(object) = schema.as_object_mut() {
            // `uint32` and the like are no formats that editors know.
            object.remove("format");
            if object.get("default").is_some_and(Value::is_null) {
                object.remove("default");
            }
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    object.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(forms)) = object.get_mut("anyOf") {
                forms.retain(|form| form.get("type").is_none_or(|name| name != "null"));
                if let [only] = forms.as_slice() {
                    let only = only.clone();
                    object.remove("anyOf");
                    object.insert("allOf".to_owned(), Value::Array(vec![only]));
                }
            }
        }
        transform_subschemas(self, schema);
    }
}
