// SPDX-License-Identifier: GPL-3.0-or-later
// Which codecs a browser has, asked of the browser.

/** The test ends here, as not applicable, where the browser of this page neither sends nor receives the codec. */
export async function needCodec(t, page, codec) {
  const known = await page.evaluate((name) => [RTCRtpSender, RTCRtpReceiver].some((one) =>
    one.getCapabilities('video').codecs.some(({ mimeType }) => mimeType.toLowerCase() === `video/${name}`)), codec);
  if (!known) t.notApplicable(`this browser has no ${codec.toUpperCase()}`);
}
