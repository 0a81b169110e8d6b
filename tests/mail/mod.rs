mod folder;
mod wording;
