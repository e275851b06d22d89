package totp_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/boombuler/barcode/qr"

	"accountql/totp"
)

// TestQRCode reads the modules back from the picture: they are the encoder's, every one of them sharp, within a quiet
// zone, for the shortest names and the longest.
func TestQRCode(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		issuer, account string
		pixels          int // Width at most.
		bytes           int // Size of the data URL at most.
	}{
		"short":   {"Acme", "alice", 280, 2 << 10},
		"usual":   {"Acme Corp", "alice.smith@example.com", 350, 3 << 10},
		"longest": {strings.Repeat("🥨", 100), strings.Repeat("🥨", 100), 1000, 24 << 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			uri := totp.URI(rfcSecret, test.issuer, test.account)
			address, err := totp.QRCode(uri)
			if err != nil {
				t.Fatal(err)
			}
			if len(address) > test.bytes {
				t.Errorf("%d bytes, want at most %d", len(address), test.bytes)
			}
			picture := decode(t, address)
			if width := picture.Bounds().Dx(); width > test.pixels {
				t.Errorf("%d pixels wide, want at most %d", width, test.pixels)
			}
			if _, ok := picture.(*image.Paletted); !ok {
				t.Errorf("the picture is a %T, which takes more than one bit a pixel", picture)
			}
			read := modules(t, picture)
			checkFinders(t, read)
			want, err := qr.Encode(uri, qr.M, qr.Auto)
			if err != nil {
				t.Fatal(err)
			}
			if len(read) != want.Bounds().Dx() {
				t.Fatalf("%d modules, want %d", len(read), want.Bounds().Dx())
			}
			for y, row := range read {
				for x, dark := range row {
					if dark != (want.At(x, y) == color.Black) {
						t.Fatalf("the module at (%d,%d) is wrong", x, y)
					}
				}
			}
		})
	}
}

func TestQRCodeTooLong(t *testing.T) {
	t.Parallel()
	if address, err := totp.QRCode(strings.Repeat("x", 3000)); err == nil {
		t.Errorf("got %d bytes, want an error", len(address))
	}
}

// decode is the picture in a data URL.
func decode(t *testing.T, address string) image.Image {
	t.Helper()
	encoded, ok := strings.CutPrefix(address, "data:image/png;base64,")
	if !ok {
		t.Fatalf("no PNG in %.40s", address)
	}
	file, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// modules reads a QR code whose modules are 6 pixels wide, within a quiet zone of 4. Dark ones are true.
func modules(t *testing.T, picture image.Image) [][]bool {
	t.Helper()
	const pixels, quiet = 6, 4
	size := picture.Bounds().Size()
	if size.X != size.Y || size.X%pixels != 0 {
		t.Fatalf("%v pixels are no square of whole modules", size)
	}
	count := size.X/pixels - 2*quiet
	read := make([][]bool, count)
	for y := range read {
		read[y] = make([]bool, count)
	}
	for y := range size.Y {
		for x := range size.X {
			level := color.GrayModel.Convert(picture.At(x, y)).(color.Gray).Y
			if level != 0 && level != 255 {
				t.Fatalf("the pixel at (%d,%d) is gray", x, y)
			}
			column, row := x/pixels-quiet, y/pixels-quiet
			switch inside := column >= 0 && row >= 0 && column < count && row < count; {
			case !inside && level == 0:
				t.Fatalf("the quiet zone is dark at (%d,%d)", x, y)
			case inside && x%pixels == 0 && y%pixels == 0:
				read[row][column] = level == 0
			case inside && read[row][column] != (level == 0):
				t.Fatalf("the module at (%d,%d) is not of one color", column, row)
			}
		}
	}
	return read
}

// checkFinders checks the three patterns that a reader finds a code by (ISO/IEC 18004): a dark square of 3 modules in a
// light ring in a dark ring.
func checkFinders(t *testing.T, read [][]bool) {
	t.Helper()
	far := len(read) - 7
	for _, corner := range []image.Point{{0, 0}, {far, 0}, {0, far}} {
		for y := range 7 {
			for x := range 7 {
				distance := max(x-3, 3-x, y-3, 3-y)
				if read[corner.Y+y][corner.X+x] != (distance != 2) {
					t.Fatalf("no finder pattern at %v", corner)
				}
			}
		}
	}
}
