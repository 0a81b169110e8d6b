//! Sound files of every kind that is read, whole and broken.

use std::fs;
use std::io::{Cursor, Read};

use proptest::prelude::*;

use super::*;
use crate::domain::Refused;
use crate::domain::conversation::{AudioCodec, AudioFormat};

/// A WAV file: tag and bits of the coding, channels, rate, then chunks before the data, then the data.
fn wav(tag: u16, bits: u16, channels: u16, rate: u32, before: &[u8], data: &[u8], declared: u32) -> Vec<u8> {
    let mut file = b"RIFF\xff\xff\xff\xffWAVEfmt ".to_vec();
    file.extend(if tag == 1 { 16_u32 } else { 18 }.to_le_bytes());
    file.extend(tag.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend([9; 6]);
    file.extend(bits.to_le_bytes());
    if tag != 1 {
        file.extend([0, 0]);
    }
    file.extend(before);
    file.extend(b"data");
    file.extend(declared.to_le_bytes());
    file.extend(data);
    file
}

fn told(bytes: &[u8]) -> Refused<Sound> {
    probe(Cursor::new(bytes.to_vec()), &RecordingLimits::default())
}

fn whole(tag: u16, bits: u16, channels: u16, data: &[u8]) -> Refused<Sound> {
    told(&wav(tag, bits, channels, 8000, b"LIST\x03\0\0\0abc\0", data, u32::try_from(data.len()).unwrap()))
}

#[test]
fn every_coding_of_wav_is_heard() {
    let second = |sample: &[u8]| sample.repeat(8000);
    let cases: [(u16, u16, Vec<u8>, AudioCodec, u8); 8] = [
        (1, 8, second(&[0x80 + 0x40]), AudioCodec::PcmU8, 128),
        (1, 16, second(&[0, 0xc0]), AudioCodec::PcmS16, 128),
        (1, 24, second(&[1, 0, 0x40]), AudioCodec::PcmS24, 128),
        (1, 32, second(&[1, 2, 0, 0x40]), AudioCodec::PcmS32, 128),
        (3, 32, second(&0.5_f32.to_le_bytes()), AudioCodec::PcmF32, 128),
        (3, 64, second(&(-0.5_f64).to_le_bytes()), AudioCodec::PcmF64, 128),
        (6, 8, second(&[0xaa]), AudioCodec::ALaw, 252),
        (7, 8, second(&[0x00]), AudioCodec::MuLaw, 250),
    ];
    for (tag, bits, data, codec, level) in cases {
        let sound = whole(tag, bits, 1, &data).unwrap();
        assert_eq!((sound.format, sound.codec, sound.channels, sound.sample_rate), (AudioFormat::Wav, codec, 1, 8000));
        assert_eq!(sound.duration_ms, 1000, "{codec}");
        assert!(sound.peaks.channels[0].iter().all(|peak| *peak == level), "{codec} {:?}", &sound.peaks.channels[0][..3]);
    }
}

#[test]
fn the_sides_of_stereo_stay_apart() {
    let sound = whole(1, 16, 2, &[0, 0, 0, 0x40].repeat(12_000)).unwrap();
    assert_eq!((sound.channels, sound.duration_ms), (2, 1500));
    let [left, right] = sound.peaks.channels.as_slice() else { panic!("two channels") };
    assert!(left.len() == right.len() && left.iter().all(|p| *p == 0) && right.iter().all(|p| *p == 128));
    assert_eq!(left.len(), usize::try_from(12_000_u64.div_ceil(sound.peaks.frames_per_bucket)).unwrap());
}

#[test]
fn a_header_that_was_never_finished_is_read_to_the_end_of_the_file() {
    for declared in [0, 0x7fff_f000, u32::MAX] {
        let file = wav(1, 16, 1, 8000, b"", &[1, 0].repeat(4000), declared);
        assert_eq!(told(&file).unwrap().duration_ms, 500, "{declared}");
    }
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let message = |bytes: &[u8]| told(bytes).unwrap_err().message;
    assert_eq!(message(b""), "is empty");
    assert!(message(b"hello world, this is text").contains("no sound file that is known"));
    assert!(message(b"OggS\0\0\0\0\0\0\0\0").contains("an Ogg file; WAV, MP3 and FLAC"));
    assert_eq!(
        message(&wav(1, 16, 1, 8000, b"", &[0; 10], 16_000)),
        "is cut off: its header promises 16000 bytes of sound, the file holds 10"
    );
    assert_eq!(message(&wav(1, 16, 1, 8000, b"", &[], 0)), "holds no sound");
    assert!(message(&wav(0x31, 0, 1, 8000, b"", &[0; 10], 10)).contains("GSM 6.10"));
    assert!(message(&wav(1, 16, 6, 8000, b"", &[0; 12], 12)).contains("6 channels"));
    assert!(message(&wav(1, 16, 0, 8000, b"", &[0; 12], 12)).contains("0 channels"));
    assert!(message(&wav(1, 16, 1, 0, b"", &[0; 12], 12)).contains("0 Hz"));
    assert!(message(&wav(1, 40, 1, 8000, b"", &[0; 10], 10)).contains("40 bits"));
    assert!(message(&wav(1, 16, 1, 8000, b"", &[0; 10], 10)[..30]).contains("format chunk"));
    assert!(message(&wav(1, 16, 1, 8000, b"", &[0; 10], 10)[..36]).contains("no `data` chunk"));
    assert!(message(b"RIFF\0\0\0\0WAVE").contains("cut off within its header"));
    assert!(message(b"fLaC\0\0\0\x22").contains("is no whole flac file"));
    assert!(message(&[0xff, 0xfb, 0x90, 0x64].repeat(50)).contains("mp3"));
    let limits = RecordingLimits { bytes: 100, duration_ms: 2 };
    let long = wav(1, 8, 1, 8000, b"", &[0x80; 17], 17);
    assert!(probe(Cursor::new(long), &limits).unwrap_err().message.contains("longer than 2 ms"));
    assert!(probe(Cursor::new(vec![0; 101]), &limits).unwrap_err().message.contains("at most 100"));
}

/// A FLAC file of silence: constant frames of 192 samples (24 ms), 16 bit mono at 8 kHz.
fn flac(frames: u8) -> Vec<u8> {
    let mut file = b"fLaC\x80\0\0\x22".to_vec();
    file.extend([0, 192, 0, 192, 0, 0, 0, 0, 0, 0]);
    // 20 bits of rate, 3 of channels less one, 5 of bits less one, 36 of frames.
    file.extend((8000_u64 << 44 | 15 << 36 | (u64::from(frames) * 192)).to_be_bytes());
    file.extend([0; 16]);
    for number in 0..frames {
        let mut frame = vec![0xff, 0xf8, 0x14, 0x08, number];
        frame.push(crc(&frame, 0x07, 8).try_into().unwrap());
        frame.extend([0x00, 0x00, 0x00]);
        frame.extend(crc(&frame, 0x8005, 16).to_be_bytes());
        file.extend(frame);
    }
    file
}

fn crc(bytes: &[u8], polynomial: u16, width: u32) -> u16 {
    let top = 1_u16 << (width - 1);
    let mask = if width == 16 { u16::MAX } else { (1 << width) - 1 };
    bytes.iter().fold(0, |crc, byte| {
        let mut crc = crc ^ (u16::from(*byte) << (width - 8));
        for _ in 0..8 {
            crc = (if crc & top == 0 { crc << 1 } else { (crc << 1) ^ polynomial }) & mask;
        }
        crc
    })
}

/// An MP3 file: `frames` frames of silence, 32 kbit/s mono at 16 kHz (MPEG 2 layer III, 36 ms and 144 bytes each).
fn mp3(frames: usize) -> Vec<u8> {
    let mut frame = vec![0xff, 0xf3, 0x48, 0xc4];
    frame.resize(144, 0);
    frame.repeat(frames)
}

#[test]
fn flac_and_mp3_are_heard() {
    let sound = told(&flac(2)).unwrap();
    assert_eq!((sound.format, sound.codec, sound.sample_rate, sound.duration_ms), (AudioFormat::Flac, AudioCodec::Flac, 8000, 48));
    let sound = told(&mp3(50)).unwrap();
    assert_eq!((sound.format, sound.codec, sound.sample_rate, sound.duration_ms), (AudioFormat::Mp3, AudioCodec::Mp3, 16_000, 1800));
    let tagged = [b"ID3\x04\0\0\0\0\x01\x02".to_vec(), vec![0; 130], mp3(50)].concat();
    assert_eq!(told(&tagged).unwrap().duration_ms, 1800);
    let file = flac(3);
    for cut in [1, 11, 12] {
        assert!(told(&file[..file.len() - cut]).unwrap_err().message.contains("cut off: its header promises 576 frames"), "{cut}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_file_makes_it_panic(kind in 0_usize..4, at in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 1..40), cut in any::<prop::sample::Index>()) {
        let mut file = match kind {
            0 => wav(1, 16, 2, 8000, b"LIST\x04\0\0\0abcd", &[7; 400], 400),
            1 => flac(3),
            2 => mp3(4),
            _ => [b"RIFF\0\0\0\0WAVEfmt ".to_vec(), bytes.clone()].concat(),
        };
        let start = at.index(file.len());
        for (i, byte) in bytes.into_iter().enumerate() {
            if let Some(place) = file.get_mut(start + i) {
                *place = byte;
            }
        }
        file.truncate(cut.index(file.len() + 1));
        if let Ok(sound) = told(&file) {
            prop_assert!(sound.duration_ms >= 0 && sound.peaks.channels.len() == usize::from(sound.channels));
        }
    }
}

#[test]
fn a_stored_file_is_found_by_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::new(folder.path());
    let stored = store.put(&mut &b"hello"[..], 5).unwrap();
    assert_eq!(stored.key.as_str(), "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    assert_eq!(store.put(&mut &b"hello"[..], 5).unwrap(), stored);
    assert_eq!(hash(&mut &b"hello"[..], 5).unwrap(), stored);
    assert_eq!(store.size(&stored.key).unwrap(), Some(5));
    let part = |range| {
        store.open(&stored.key, range).map(|mut part| {
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            text
        })
    };
    assert_eq!(part(0..5).unwrap(), "hello");
    assert_eq!(part(1..3).unwrap(), "el");
    assert!(matches!(part(3..6), Err(StoreError::OutOfRange(5))));
    assert!(matches!(store.put(&mut &b"hello!"[..], 5), Err(StoreError::TooLarge(5))));
    assert_eq!(fs::read_dir(folder.path().join("incoming")).unwrap().count(), 0);
    store.delete(&stored.key).unwrap();
    store.delete(&stored.key).unwrap();
    assert!(matches!(part(0..1), Err(StoreError::Missing(_))));
    assert_eq!(store.size(&stored.key).unwrap(), None);
    assert!(Key::parse(&"A".repeat(64)).is_none() && Key::parse("../x").is_none() && Key::parse(stored.key.as_str()).is_some());
}

#[test]
fn nothing_outside_the_folder_is_opened() {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir_all(place.path().join("in/sub")).unwrap();
    fs::write(place.path().join("secret"), "s").unwrap();
    fs::write(place.path().join("in/sub/a.wav"), "a").unwrap();
    let folder = Folder::at(&place.path().join("in")).unwrap();
    assert!(folder.open("sub/a.wav").is_ok());
    assert!(folder.open("b.wav").unwrap_err().message.contains("is not there"));
    assert!(folder.open("sub").unwrap_err().message.contains("is not a file"));
    assert!(folder.open("../secret").unwrap_err().message.contains("leads out"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(place.path().join("secret"), place.path().join("in/link.wav")).unwrap();
        std::os::unix::fs::symlink("sub/a.wav", place.path().join("in/inside.wav")).unwrap();
        assert!(folder.open("link.wav").unwrap_err().message.contains("leads out"));
        assert!(folder.open("inside.wav").is_ok());
    }
    assert!(Folder::at(&place.path().join("secret")).is_err() && Folder::at(&place.path().join("none")).is_err());
}
