"""The table of the stories: one row for each thing that an office says about who owes what, and when no more."""

from __future__ import annotations

TABLE = """\
version: 1
office:
  name: 望河州人民政府办公室
  unit: prefecture-office
  admin: he.ping
  send_at: "09:00"
  start: 2026-01-01
units:
  - {id: prefecture-office, name: 州人民政府办公室, kind: office, people: {officer: he.ping, deputy: xu.wen}}
  - id: anquan-city
    name: 安泉市人民政府
    kind: county
    tags: [site]
    reports_to: prefecture-office
    people:
      officer: zhou.min
      deputy: hu.bo
      office-head: an.ping
      leader: [{person: sun.li, to: 2026-08-31}, {person: ma.yu, from: 2026-09-01}]
  - id: wanghe-county
    name: 望河县人民政府
    kind: county
    reports_to: prefecture-office
    people: {officer: lin.lan, deputy: tang.yu, leader: gao.ning}
  - {id: justice, name: 州司法局, kind: department, reports_to: prefecture-office, people: {officer: shi.yan}}
  - {id: finance, name: 州财政局, kind: department, tags: [site], people: {officer: cai.jun}}
  - {id: leading-group, name: 州政务公开工作领导小组, mail: zwgk@example.gov.cn}
people:
  - {id: he.ping, name: 何平, post: 科长, email: heping@example.gov.cn}
  - {id: xu.wen, name: 许文, post: 副主任, email: xuwen@example.gov.cn}
  - id: zhou.min
    name: 周敏
    email: zhoumin@example.gov.cn
    away: [{from: 2026-11-25, to: 2026-11-27, delegate: hu.bo}]
  - {id: hu.bo, name: 胡波, email: hubo@example.gov.cn}
  - {id: an.ping, name: 安平, email: anping@example.gov.cn}
  - {id: sun.li, name: 孙立, post: 市长, via: zhou.min}
  - {id: ma.yu, name: 马宇, post: 市长, via: zhou.min}
  - {id: lin.lan, name: 林岚, email: linlan@example.gov.cn}
  - {id: tang.yu, name: 唐雨, email: tangyu@example.gov.cn}
  - {id: gao.ning, name: 高宁, post: 县长, via: lin.lan}
  - {id: shi.yan, name: 石岩, email: shiyan@example.gov.cn}
  - {id: cai.jun, name: 蔡军, email: caijun@example.gov.cn}
events:
  - {id: document.issued, title: 规范性文件印发}
  - {id: application.received, title: 收到申请}
  - {id: application.completed, title: 收到补正}
  - {id: third-party.asked, title: 征求第三方意见}
  - {id: finding, title: 检查发现问题}
  - {id: opinion, title: 舆情}
records:
  - {id: interpretation, title: 政策解读}
  - {id: training, title: 培训}
obligations:
  - id: catalogue
    title: 编制主动公开目录
    owed_by: [{kind: county}, {tag: site, except: {unit: finance}}]
    supporting: {unit: justice}
    coordinator: {unit: prefecture-office}
    on_behalf_of: {unit: leading-group}
    due: {by: 2026-12-31, roll: preceding}
    evidence: required
    extension: {up_to: 10wd, times: 1}
  - id: publish
    title: 规范性文件公开发布
    owed_by: event.unit
    coordinator: {unit: justice}
    due: {within: 5wd, after: document.issued}
  - id: reply
    title: 答复政府信息公开申请
    owed_by: {unit: prefecture-office}
    due: {within: 20wd, after: application.received}
    set_by: law
    restarts_on: application.completed
    stops_for: third-party.asked
    extension: {up_to: 20wd, times: 1}
  - id: rectify
    title: 整改检查发现的问题
    owed_by: event.unit
    coordinator: {unit: prefecture-office}
    due: {within: 30d, after: finding, roll: preceding}
  - id: respond
    title: 回应舆情
    owed_by: event.unit
    coordinator: {unit: justice}
    due: {within: 5wd, after: opinion}
  - id: lead-by-person
    title: 主要负责人解读重要政策
    owed_by: {role: leader, of: {unit: anquan-city}}
    quota: {of: interpretation, at_least: 2, every: year}
  - id: lead-by-post
    title: 主要负责人接受访谈
    owed_by: {role: leader, of: {unit: anquan-city}}
    quota: {of: training, at_least: 2, every: year, follows: post}
  - id: meet-2017
    title: 常务会议专题研究政务公开工作
    owed_by: {unit: prefecture-office}
    due: {every: year, by: end of 12, roll: preceding}
    effective: {until: 2026-12-31}
    superseded_by: meet-2019
  - id: meet-2019
    title: 政府常务会议专题研究政务公开
    owed_by: {unit: prefecture-office}
    due: {every: year, by: end of 06, roll: preceding}
    effective: {from: 2027-01-01}
"""
