"""A QR code as SVG, with attributes only: it stands in a page under a strict policy, and scales."""

from __future__ import annotations

__all__ = ["qr_svg"]


def qr_svg(payload: str) -> str:
    """The drawing of a short text, dark on a white ground."""
    import qrcode  # noqa: PLC0415  for one page: it brings an XML library
    from qrcode.image.svg import SvgPathFillImage  # noqa: PLC0415  as above

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(payload)
    return str(code.make_image(image_factory=SvgPathFillImage).to_string(encoding="unicode"))
