// Package wav reads recordings of speech: how long they are, how loud, and what is wrong
// with their sound. It knows the forms of WAV that the provider plays: PCM and mu-law.
package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Sound is what a recording holds.
type Sound struct {
	Seconds float64
	// Level is how loud the speech is, in decibels below the loudest there can be: the
	// mean of the stretches that are not silent. [Silent] when all are.
	Level float64
	// Clipped is the share of the samples that are as loud as there can be: there the
	// speech is cut off, and crackles.
	Clipped float64
	// Before and After are the seconds of silence at the beginning and at the end.
	Before, After float64
}

// Silent is the level of a recording without a sound.
const Silent = -100

// What counts as silence and as clipped.
const (
	frameSeconds = 0.02
	quietest     = -45   // decibels: softer is silence, or the hiss of a room
	cutOff       = 0.995 // of the loudest there can be
)

// format is how samples are written.
type format struct {
	code           uint16
	channels, rate int
	bits           int
}

const pcm, muLaw, extensible = 1, 7, 0xFFFE

// Read reads a recording. Errors tell what keeps it from being played.
func Read(data []byte) (Sound, error) {
	f, body, err := find(data)
	if err != nil {
		return Sound{}, err
	}
	return measure(f, body), nil
}

// find finds the samples of a file, and how they are written.
func find(data []byte) (f format, body []byte, err error) {
	if len(data) < 12 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WAVE" {
		return f, nil, errors.New("it is not a WAV file")
	}
	for rest := data[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		if id == "fmt " && len(body) >= 16 {
			if f, err = readFormat(body); err != nil {
				return f, nil, err
			}
		}
		if id == "data" {
			if f.rate == 0 {
				return f, nil, errors.New("it has no format before its sound")
			}
			if body = body[:min(size, len(body))]; len(body) < f.frame() {
				return f, nil, errors.New("it holds no sound")
			}
			return f, body, nil
		}
		if size < 0 || size+size%2 > len(body) {
			break
		}
		rest = body[size+size%2:]
	}
	return f, nil, errors.New("it holds no sound")
}

func readFormat(body []byte) (format, error) {
	f := format{
		code: binary.LittleEndian.Uint16(body), channels: int(binary.LittleEndian.Uint16(body[2:])),
		rate: int(binary.LittleEndian.Uint32(body[4:])), bits: int(binary.LittleEndian.Uint16(body[14:])),
	}
	if f.code == extensible && len(body) >= 26 { // the code is further on
		f.code = binary.LittleEndian.Uint16(body[24:])
	}
	const fastest = 192_000 // samples a second
	switch {
	case f.code != pcm && f.code != muLaw:
		return f, errors.New("its coding is neither PCM nor mu-law")
	case f.channels < 1 || f.channels > 2:
		return f, fmt.Errorf("it has %d channels", f.channels)
	case f.rate < 1 || f.rate > fastest:
		return f, fmt.Errorf("it has %d samples a second", f.rate)
	case f.code == muLaw && f.bits != 8, f.code == pcm && f.bits != 8 && f.bits != 16 && f.bits != 24:
		return f, fmt.Errorf("its samples have %d bits", f.bits)
	}
	return f, nil
}

// frame is the size of one sample of every channel, in bytes.
func (f format) frame() int { return f.channels * f.bits / 8 }

// sample is the first channel of a frame, from -1 to 1.
func (f format) sample(b []byte) float64 {
	switch {
	case f.code == muLaw:
		return fromMuLaw(b[0])
	case f.bits == 8:
		return (float64(b[0]) - 128) / 128
	case f.bits == 16:
		return float64(int16(binary.LittleEndian.Uint16(b))) / (1 << 15)
	}
	return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
}

// fromMuLaw expands a sample. (ITU-T G.711.)
func fromMuLaw(b byte) float64 {
	b = ^b
	const bias, loudest = 0x84, 32124
	v := (int(b&0x0F)<<3+bias)<<(b>>4&7) - bias
	if b&0x80 != 0 {
		v = -v
	}
	return float64(v) / loudest
}

func measure(f format, body []byte) Sound {
	samples := len(body) / f.frame()
	s := Sound{Seconds: float64(samples) / float64(f.rate), Level: Silent}
	each := max(1, int(float64(f.rate)*frameSeconds))
	clipped, first, last := 0, -1, -1
	energy, loud := 0.0, 0
	for from := 0; from < samples; from += each {
		sum, n := 0.0, min(each, samples-from)
		for i := range n {
			v := f.sample(body[(from+i)*f.frame():])
			sum += v * v
			if math.Abs(v) >= cutOff {
				clipped++
			}
		}
		if sum /= float64(n); decibels(sum) < quietest {
			continue
		}
		if first < 0 {
			first = from
		}
		last = from + n
		energy, loud = energy+sum, loud+1
	}
	s.Clipped = float64(clipped) / float64(samples)
	if loud == 0 {
		s.Before = s.Seconds
		return s
	}
	s.Level = decibels(energy / float64(loud))
	s.Before, s.After = float64(first)/float64(f.rate), float64(samples-last)/float64(f.rate)
	return s
}

func decibels(power float64) float64 {
	if power == 0 {
		return Silent
	}
	return max(Silent, 10*math.Log10(power))
}
