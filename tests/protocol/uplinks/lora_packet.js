// SPDX-License-Identifier: Apache-2.0
// npm lora-packet 0.9.3 as a judge: reads a JSON array of questions, writes a JSON array of answers.
const lora = require("lora-packet");
const hex = (text) => Buffer.from(text, "hex");
const upper = (counter) => { // its upper half is little-endian
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(Math.floor(counter / 65536));
  return bytes;
};
const answer = (asked) => {
  const packet = lora.fromWire(hex(asked.frame));
  if (asked.app_key && asked.accept) {
    const plain = lora.fromWire(lora.decryptJoinAccept(packet, hex(asked.app_key)));
    return {
      mic: lora.verifyMIC(plain, undefined, hex(asked.app_key)),
      join_nonce: plain.AppNonce.toString("hex"),
      dev_addr: plain.DevAddr.toString("hex"),
    };
  }
  if (asked.app_key) {
    return {
      mic: lora.verifyMIC(packet, undefined, hex(asked.app_key)),
      dev_eui: packet.DevEUI.toString("hex"),
      dev_nonce: packet.DevNonce.toString("hex"),
    };
  }
  const network = hex(asked.network), application = hex(asked.application), half = upper(asked.counter);
  return {
    mic: lora.verifyMIC(packet, network, undefined, half),
    payload: lora.decrypt(packet, application, network, half).toString("hex"),
    port: packet.getFPort(),
    counter: packet.getFCnt(),
    confirmed: packet.isConfirmed(),
    direction: packet.getDir(),
    ack: packet.getFCtrlACK(),
    adr: packet.getFCtrlADR(),
  };
};
process.stdout.write(JSON.stringify(JSON.parse(process.argv[2]).map(answer)));
