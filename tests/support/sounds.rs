//! Sound files that tests make, and forms that carry them.

/// A WAV file of 16-bit samples at 8 kHz; `seed` makes its sound its own.
pub fn wav(channels: u16, frames: u32, seed: u8) -> Vec<u8> {
    let bytes = frames * u32::from(channels) * 2;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    file.extend(channels.to_le_bytes());
    file.extend(8000_u32.to_le_bytes());
    file.extend((16_000 * u32::from(channels)).to_le_bytes());
    file.extend((2 * channels).to_le_bytes());
    file.extend(16_u16.to_le_bytes());
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    file.extend((0..bytes).map(|i| u8::try_from((i * 31 + u32::from(seed)) % 251).unwrap()));
    file
}

/// A form of parts: name, file name, media type, content. Gives its content type and its body.
pub fn form(parts: &[(&str, Option<&str>, &str, &[u8])]) -> (String, Vec<u8>) {
    let boundary = "------------------------5e8d1c7a9b3f";
    let mut body = Vec::new();
    for (name, file_name, media_type, content) in parts {
        let file_name = file_name.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
        body.extend(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{file_name}\r\n").bytes());
        body.extend(format!("Content-Type: {media_type}\r\n\r\n").bytes());
        body.extend_from_slice(content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}
