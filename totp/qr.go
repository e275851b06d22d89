package totp

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/boombuler/barcode/qr"
)

const (
	// quietZone is the light border that readers need, in modules (ISO/IEC 18004).
	quietZone = 4

	// modulePixels is the width of a module: whole pixels keep its edges sharp, and this many can be scanned from a screen
	// of high density without scaling.
	modulePixels = 6
)

// QRCode draws an otpauth URI as a QR code, dark on light, and returns a PNG as a data URL (RFC 2397). About 15 % of it
// may be unreadable (level M). Its error is that of a URI too long for any QR code, which URI never makes.
func QRCode(uri string) (string, error) {
	code, err := qr.Encode(uri, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("encode QR code: %w", err)
	}
	modules := code.Bounds().Dx()
	width := (modules + 2*quietZone) * modulePixels
	// Two colors make one bit a pixel.
	picture := image.NewPaletted(image.Rect(0, 0, width, width), color.Palette{color.White, color.Black})
	for y := range modules * modulePixels {
		for x := range modules * modulePixels {
			if code.At(x/modulePixels, y/modulePixels) == color.Black {
				picture.SetColorIndex(x+quietZone*modulePixels, y+quietZone*modulePixels, 1)
			}
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		return "", fmt.Errorf("encode PNG: %w", err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(file.Bytes()), nil
}
